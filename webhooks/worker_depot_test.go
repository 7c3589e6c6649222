package webhooks_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
	"github.com/gingham-dev/gingham/webhooks"
)

// alice is the client whose webhooks are delivered.
const alice models.ClientID = "0123456789abcdef01234567"

// outbox is what a worker needs of a store.
type outbox interface {
	store.Outbox
	store.Records
}

// depot is a store with webhooks to be delivered, by a clock that stands, and a worker.
type depot struct {
	t      testing.TB
	store  *sqlite.Store
	clock  *clock.Clock
	worker *webhooks.Worker
	random *rand.ChaCha8
	// told counts events.
	told int64
}

// newDepot makes a depot; change, if not nil, changes its worker's options.
func newDepot(t testing.TB, change func(*webhooks.WorkerOptions)) *depot {
	t.Helper()
	opened, err := sqlite.Open(t.Context(), sqlite.Memory, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	d := &depot{t: t, store: opened, clock: clock.Standing(noon), random: rand.NewChaCha8([32]byte{7})}
	o := webhooks.WorkerOptions{
		Store: opened, Signer: stamp{}, Owner: "worker", Now: d.clock.Now, AllowLoopback: true,
		// Long, so that a test that relies on it hangs.
		Poll: time.Hour, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&o)
	}
	d.worker = webhooks.NewWorker(o)
	return d
}

// stamp signs so that a test can see of what.
type stamp struct{}

func (stamp) Sign(_ context.Context, body []byte) (string, error) {
	hash := sha256.Sum256(body)
	return "signed " + hex.EncodeToString(hash[:]), nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// event is one that an Item has to tell now.
func (d *depot) event(url string) store.Event {
	d.told++
	now := d.clock.Now()
	id := webhooks.NewID(now, d.told, d.random)
	return store.Event{
		ID: id, Type: "TRANSACTIONS", Code: "DEFAULT_UPDATE", URL: url, At: now,
		Body: fmt.Appendf(nil, "{\n  \"webhook\": %q\n}", id),
	}
}

// commit puts events into the outbox of a new Item.
func (d *depot) commit(item models.ItemID, events ...store.Event) {
	d.t.Helper()
	must(d.t, d.store.CreateItem(d.t.Context(), &store.Head{
		ID: item, Client: alice, Seq: 1, Commit: "of " + string(item), Outbox: events,
	}, nil))
}

// tell commits n events of a new Item for the receiver at url, and returns their ids.
func (d *depot) tell(item models.ItemID, url string, n int) []string {
	d.t.Helper()
	events := make([]store.Event, n)
	ids := make([]string, n)
	for i := range events {
		events[i] = d.event(url)
		ids[i] = events[i].ID
	}
	d.commit(item, events...)
	return ids
}

// drain delivers all that is due.
func (d *depot) drain() {
	d.t.Helper()
	must(d.t, d.worker.Drain(d.t.Context()))
}

// run runs the worker until the returned function is called, or the test ends.
func (d *depot) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { d.worker.Run(ctx) })
	stop = func() {
		cancel()
		ended.Wait()
	}
	d.t.Cleanup(stop)
	return stop
}

// delivery is what the store has of an event.
func (d *depot) delivery(id string) store.Delivery {
	d.t.Helper()
	got, err := d.store.Delivery(context.Background(), alice, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return got
}

// until waits for a condition.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for !condition() {
		if t.Context().Err() != nil {
			t.Fatal("waited in vain for " + what)
		}
		runtime.Gosched()
	}
}

// hold waits until a channel is closed, or the test is over.
func hold(t testing.TB, until <-chan struct{}) {
	select {
	case <-until:
	case <-t.Context().Done():
	}
}

// move moves the clock ahead.
func (d *depot) move(by time.Duration) {
	d.t.Helper()
	must(d.t, d.clock.MoveTo(d.clock.Now().Add(by)))
}

// post is a webhook as its receiver got it.
type post struct {
	id, path, body string
	header         http.Header
}

// receiver takes webhooks.
type receiver struct {
	url string
	// answer, if not nil, answers instead of taking them. It is called side by side.
	answer func(w http.ResponseWriter, p post)

	mu    sync.Mutex
	posts []post
	came  *sync.Cond // of mu: a webhook came
}

// newReceiver starts a receiver.
func newReceiver(t testing.TB, answer func(http.ResponseWriter, post)) *receiver {
	r := makeReceiver(answer)
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func makeReceiver(answer func(http.ResponseWriter, post)) *receiver {
	r := &receiver{answer: answer}
	r.came = sync.NewCond(&r.mu)
	return r
}

// await waits until n webhooks came.
func (r *receiver) await(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.posts) < n {
		r.came.Wait()
	}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(err)
	}
	p := post{req.Header.Get("webhook-id"), req.URL.Path, string(body), req.Header}
	r.mu.Lock()
	r.posts = append(r.posts, p)
	r.came.Broadcast()
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(w, p)
	}
}

// got are the ids of the webhooks that came, in order.
func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]string, len(r.posts))
	for i, p := range r.posts {
		ids[i] = p.id
	}
	return ids
}

// wants fails unless exactly these webhooks came, in any order.
func (r *receiver) wants(t testing.TB, ids []string) {
	t.Helper()
	got := slices.Sorted(slices.Values(r.got()))
	want := slices.Sorted(slices.Values(ids))
	if !slices.Equal(got, want) {
		t.Errorf("%d webhooks came, want %d: got %q, want %q", len(got), len(want), got, want)
	}
}

// status answers with a status.
func status(code int) func(http.ResponseWriter, post) {
	return func(w http.ResponseWriter, _ post) { w.WriteHeader(code) }
}

// errStore is the trouble that a store has in tests.
var errStore = errors.New("the store has trouble")

// disturbed is a store in which what is set happens instead.
type disturbed struct {
	outbox
	fullOutboxes   func(ctx context.Context, limit int) ([]store.ItemRef, error)
	dropEvents     func(ctx context.Context, ref store.ItemRef, ids []string) error
	finishDelivery func(ctx context.Context, d store.Delivery) error
	claimed        func([]store.Delivery)
}

func (s *disturbed) FullOutboxes(ctx context.Context, limit int) ([]store.ItemRef, error) {
	if s.fullOutboxes != nil {
		return s.fullOutboxes(ctx, limit)
	}
	return s.outbox.FullOutboxes(ctx, limit)
}

func (s *disturbed) DropEvents(ctx context.Context, ref store.ItemRef, ids []string) error {
	if s.dropEvents != nil {
		return s.dropEvents(ctx, ref, ids)
	}
	return s.outbox.DropEvents(ctx, ref, ids)
}

func (s *disturbed) FinishDelivery(ctx context.Context, d store.Delivery) error {
	if s.finishDelivery != nil {
		return s.finishDelivery(ctx, d)
	}
	return s.outbox.FinishDelivery(ctx, d)
}

func (s *disturbed) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	list, err := s.outbox.ClaimDeliveries(ctx, owner, now, until, skip, limit)
	if s.claimed != nil {
		s.claimed(list)
	}
	return list, err
}

// lockedBuffer is a log that is read while it may be written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// nthItem names an Item.
func nthItem(n int) models.ItemID { return models.ItemID(fmt.Sprintf("item-%d", n)) }

// load is how much a test is to be done with, or 0 where the environment doesn't say.
func load(t testing.TB, name string) int {
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
