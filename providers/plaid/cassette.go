package plaid

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/gingham-dev/gingham/providers/upstream"
)

// take is one question and its answer, as it is kept in a file of a cassette.
type take struct {
	Path   string `json:"path"`
	Ask    any    `json:"request"`
	Status int    `json:"status"`
	Answer any    `json:"response"`
}

// Recorder asks, and keeps what was asked and answered in a directory: a cassette, of one
// file for each answer. Whatever could tell whose it is, or open it, is replaced by
// something of the same shape, the same each time it occurs.
type Recorder struct {
	ask   Asker
	dir   *os.Root
	scrub *scrubber

	mu    sync.Mutex
	count int
}

// NewRecorder returns a Recorder that asks by ask and keeps answers in a directory, which
// it makes. Numbers go on from those of the files that are there.
func NewRecorder(ask Asker, dir string) (*Recorder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	names, err := fs.Glob(root.FS(), "*.json")
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // which does not fail
	return &Recorder{ask: ask, dir: root, scrub: &scrubber{key: key}, count: len(names)}, nil
}

// Do implements Asker. It fails if the answer can't be kept.
func (r *Recorder) Do(ctx context.Context, in upstream.Request) (*upstream.Reply, error) {
	reply, err := r.ask.Do(ctx, in)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(in.URL)
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	kept := take{Path: u.Path, Status: reply.Status, Ask: r.scrub.text(in.Body), Answer: r.scrub.text(reply.Body)}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	name := fmt.Sprintf("%05d%s.json", r.count, strings.ReplaceAll(u.Path, "/", "-"))
	if err := r.dir.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	return reply, nil
}

// Player answers with what a Recorder kept: each question to a path with the next answer
// that was recorded of it.
type Player struct {
	mu    sync.Mutex
	takes []take
}

// ErrNoTake is returned for a question that a cassette has no more answers to.
var ErrNoTake = errors.New("plaid: the cassette has no more answers")

// NewPlayer reads a cassette.
func NewPlayer(cassette fs.FS) (*Player, error) {
	names, err := fs.Glob(cassette, "*.json")
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	slices.Sort(names)
	p := &Player{}
	for _, name := range names {
		text, err := fs.ReadFile(cassette, name)
		if err != nil {
			return nil, fmt.Errorf("plaid: cassette: %w", err)
		}
		var t take
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&t); err != nil {
			return nil, fmt.Errorf("plaid: cassette: %s: %w", name, err)
		}
		p.takes = append(p.takes, t)
	}
	return p, nil
}

// Do implements Asker. It returns ErrNoTake where there are no more answers.
func (p *Player) Do(_ context.Context, in upstream.Request) (*upstream.Reply, error) {
	u, err := url.Parse(in.URL)
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.takes, func(t take) bool { return t.Path == u.Path })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoTake, u.Path)
	}
	t := p.takes[i]
	p.takes = slices.Delete(p.takes, i, i+1)
	text, err := json.Marshal(t.Answer)
	if err != nil {
		return nil, fmt.Errorf("plaid: cassette: %w", err)
	}
	return &upstream.Reply{Status: cmp.Or(t.Status, 200), Body: text}, nil
}
