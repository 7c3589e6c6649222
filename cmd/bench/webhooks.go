package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// sendCommand makes this binary a sender of webhooks.
const sendCommand = "send-webhooks"

// Webhooks that a sender sends, and of how many Items.
const (
	sentWebhooks = 20_000
	sendingItems = 256
)

// sent is what a sender measured, by the machine's clock.
type sent struct {
	// Signed is how many signatures of ES256 all processors make in a second.
	Signed float64
	// Webhooks is how many webhooks a second were claimed, signed, sent and noted.
	Webhooks float64
}

// webhooks measures how many webhooks are delivered in a second, from a store in
// memory to a bare server, against the signatures that the machine can make.
func (b *bench) webhooks(ctx context.Context) (err error) {
	receiver, err := b.startLimit(ctx, []exchange{{Response: []byte("{}")}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, receiver.kill()) }()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var ratios []float64
	var last sent
	for range b.rounds {
		cmd := exec.CommandContext(ctx, self, sendCommand, receiver.base+"/0") //nolint:gosec // our own binary
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return err
		}
		if err := json.Unmarshal(out, &last); err != nil {
			return err
		}
		ratios = append(ratios, last.Webhooks/last.Signed)
	}
	const name = "signed webhooks a second (over the ES256 signing rate)"
	b.add(name, median(ratios), 0.40, atLeast)
	b.details = append(b.details, fmt.Sprintf("  %s:\n    ours  %6.0f delivered a second\n    limit %6.0f signatures a second on %d processors",
		name, last.Webhooks, last.Signed, runtime.GOMAXPROCS(0)))
	return nil
}

// sendWebhooks is the sender: it prints what it measured as JSON.
func sendWebhooks(receiver string) error {
	ctx := context.Background()
	signed, err := signingRate()
	if err != nil {
		return err
	}
	s, err := server.OpenStore(ctx, "memory", nil)
	if err != nil {
		return err
	}
	sealer, err := vault.New(make([]byte, vault.KeySize))
	if err != nil {
		return err
	}
	keys := webhooks.NewKeys(webhooks.KeysOptions{Store: s, Owner: "gingham", Sealer: sealer, Environment: models.Sandbox})
	now := time.Now().UTC()
	for i := range sentWebhooks {
		item := models.ItemID(fmt.Sprintf("item-%d", i%sendingItems))
		e := webhooks.SyncUpdatesAvailable(true, true).Event(
			webhooks.Origin{Environment: models.Sandbox, Item: item}, webhooks.NewID(now, int64(i), rand.Reader), receiver, now)
		err := s.CreateDelivery(ctx, store.Delivery{
			Event: e, Client: clientID, Item: item, Receiver: receiver, State: store.Waiting, NextAt: now,
		})
		if err != nil {
			return err
		}
	}
	w := webhooks.NewWorker(webhooks.WorkerOptions{Store: s, Signer: keys, Owner: "bench", AllowLoopback: true})
	begin := time.Now()
	if err := w.Drain(ctx); err != nil {
		return err
	}
	took := time.Since(begin)
	return errors.Join(json.NewEncoder(os.Stdout).Encode(sent{Signed: signed, Webhooks: sentWebhooks / took.Seconds()}), s.Close())
}

// signingRate is how many signatures of ES256 all processors make in a second.
func signingRate() (float64, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return 0, err
	}
	hash := sha256.Sum256(bytes.Repeat([]byte("a"), 200))
	var count atomic.Int64
	var failed atomic.Bool
	var all sync.WaitGroup
	begin := time.Now()
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for time.Since(begin) < time.Second {
				if _, err := ecdsa.SignASN1(rand.Reader, key, hash[:]); err != nil {
					failed.Store(true)
				}
				count.Add(1)
			}
		})
	}
	all.Wait()
	if failed.Load() {
		return 0, errors.New("a signature could not be made")
	}
	return float64(count.Load()) / time.Since(begin).Seconds(), nil
}
