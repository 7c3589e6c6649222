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

// sent is what a sender measured, a second, by the machine's clock.
type sent struct {
	// Signed is how many signatures of ES256 all processors make.
	Signed float64
	// Listed is how many webhooks were signed and sent from a list, Stored how many were
	// claimed in a store in memory, signed, sent and noted there.
	Listed, Stored float64
}

// webhooks measures how many webhooks are delivered in a second to a bare server,
// which has the same processors, against the signatures that the machine can make.
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
	var listed, stored []float64
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
		listed = append(listed, last.Listed/last.Signed)
		stored = append(stored, last.Stored/last.Signed)
	}
	b.add("webhooks signed and sent a second (over the ES256 signing rate)", median(listed), 0.40, atLeast)
	b.add("the same, claimed and noted in SQLite in memory", median(stored), 0.10, atLeast)
	b.details = append(b.details, fmt.Sprintf("  webhooks:\n    ours  %6.0f sent a second, %.0f with a store\n    limit %6.0f signatures a second on %d processors",
		last.Listed, last.Stored, last.Signed, runtime.GOMAXPROCS(0)))
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
	out := sent{Signed: signed}
	for to, depot := range map[*float64]depot{&out.Listed: &list{Store: s}, &out.Stored: s} {
		if *to, err = sendingRate(ctx, depot, keys, receiver); err != nil {
			return err
		}
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(out), s.Close())
}

// depot is what a worker needs of a store.
type depot interface {
	store.Outbox
	store.Records
}

// list is a store whose deliveries are a list, and are claimed and forgotten.
type list struct {
	store.Store
	mu   sync.Mutex
	left []store.Delivery
}

// CreateDelivery appends to the list.
func (l *list) CreateDelivery(_ context.Context, d store.Delivery) error {
	l.left = append(l.left, d)
	return nil
}

// ClaimDeliveries takes the next of the list, unless there is somebody to skip.
func (l *list) ClaimDeliveries(_ context.Context, owner string, _, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(skip) > 0 {
		return nil, nil
	}
	claimed := l.left[:min(limit, len(l.left))]
	l.left = l.left[len(claimed):]
	for i := range claimed {
		claimed[i].Owner, claimed[i].Attempts, claimed[i].NextAt = owner, 1, until
	}
	return claimed, nil
}

// FinishDelivery notes nothing, but takes back what was not sent.
func (l *list) FinishDelivery(_ context.Context, d store.Delivery) error {
	if d.State == store.Waiting {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.left = append(l.left, d)
	}
	return nil
}

// sendingRate is how many webhooks a worker delivers from a depot in a second.
func sendingRate(ctx context.Context, from depot, keys *webhooks.Keys, receiver string) (float64, error) {
	now := time.Now().UTC()
	for i := range sentWebhooks {
		ref := store.ItemRef{Client: clientID, Item: models.ItemID(fmt.Sprintf("item-%d", i%sendingItems))}
		e := webhooks.SyncUpdatesAvailable(true, true).Event(
			webhooks.Origin{Environment: models.Sandbox, Item: ref.Item}, webhooks.NewID(now, int64(i), rand.Reader), receiver, now)
		if err := from.CreateDelivery(ctx, webhooks.NewDelivery(e, ref)); err != nil {
			return 0, err
		}
	}
	w := webhooks.NewWorker(webhooks.WorkerOptions{Store: from, Signer: keys, Owner: "bench", AllowLoopback: true})
	begin := time.Now()
	if err := w.Drain(ctx); err != nil {
		return 0, err
	}
	return sentWebhooks / time.Since(begin).Seconds(), nil
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
