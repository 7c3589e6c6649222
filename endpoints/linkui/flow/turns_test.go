package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestSentTwice checks that a step that is sent twice is done once, one after the
// other and at the same time.
func TestSentTwice(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.opens(flow.Opening{LinkToken: w.token(`"products":["auth"]`)})
	p.goes(flow.Continue)
	p.chooses(stuckBank)
	entered, release := make(chan struct{}), make(chan struct{})
	w.source.wait = func(context.Context) error {
		close(entered)
		<-release
		return nil
	}
	step := flow.Step{Action: flow.Submit, Turn: p.view.Turn, Answers: map[string]string{"x": "y"}}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() {
		// The browser goes away meanwhile; that does not undo what was asked for.
		if v, err := w.Act(ctx, p.key, step); err != nil || v.Pane != flow.PaneAccounts {
			t.Errorf("the first: %+v, %v", v, err)
		}
	})
	<-entered
	cancel()
	for range 2 {
		v, err := w.Act(t.Context(), p.key, step)
		if err != nil || !v.Busy || v.Pane != flow.PaneAnswer {
			t.Errorf("the second: %+v, %v", v, err)
		}
	}
	close(release)
	wg.Wait()
	v, err := w.Act(t.Context(), p.key, step)
	if err != nil || v.Busy || v.Pane != flow.PaneAccounts || w.source.calls != 1 {
		t.Errorf("the third: %+v, %v, after %d calls", v, err, w.source.calls)
	}
	if n := strings.Count(strings.Join(p.happened(), ","), "SUBMIT_CREDENTIALS"); n != 1 {
		t.Errorf("told %d times", n)
	}

	// Steps that race are one step too.
	p.looks()
	places := []int{0}
	step = flow.Step{Action: flow.Submit, Turn: p.view.Turn, Accounts: places}
	for range 8 {
		wg.Go(func() {
			if _, err := w.Act(t.Context(), p.key, step); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	p.looks()
	if p.at(flow.PaneConnected); len(p.view.Results) != 1 {
		t.Errorf("linked %d Items", len(p.view.Results))
	}
}

// TestStepThatDied checks that a session whose step never ended can be gone on with
// after a while, and not before.
func TestStepThatDied(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.atCredentials()
	// began says that a step began so long ago, and was not heard of since.
	began := func(ago time.Duration) {
		t.Helper()
		r, err := w.Store.Record(t.Context(), "", "link_session", p.view.SessionID)
		must(t, err)
		at, err := json.Marshal(time.Now().Add(-ago))
		must(t, err)
		text := regexp.MustCompile(`"busy":"[^"]*",`).ReplaceAllString(string(r.Body), "")
		r.Body = []byte(strings.Replace(text, `"pages":{`, `"pages":{"busy":`+string(at)+`,`, 1))
		must(t, w.Store.UpdateRecord(t.Context(), r))
	}
	began(0)
	w.Advance(20 * minute) // a tester's clock tells nothing of it
	p.signsIn("user_good", "pass_good")
	if p.at(flow.PaneAnswer); !p.view.Busy {
		t.Error("a step was taken beside another")
	}
	began(3 * minute)
	p.looks()
	p.signsIn("user_good", "pass_good")
	p.at(flow.PaneAccounts)
}

// flaky is a store that fails where it is told to.
type flaky struct {
	flow.Store
	broken bool
}

func (f *flaky) Head(ctx context.Context, c models.ClientID, id models.ItemID) (*store.Head, error) {
	if f.broken {
		return nil, errors.New("the disk is on fire")
	}
	return f.Store.Head(ctx, c, id)
}

func (f *flaky) Record(ctx context.Context, c models.ClientID, kind, id string) (store.Record, error) {
	if f.broken {
		return store.Record{}, errors.New("the disk is on fire")
	}
	return f.Store.Record(ctx, c, kind, id)
}

func (f *flaky) CreateDelivery(ctx context.Context, d store.Delivery) error {
	if f.broken {
		return errors.New("the disk is on fire")
	}
	return f.Store.CreateDelivery(ctx, d)
}

// TestOurOwnTrouble checks that a step that failed through no fault of the person's
// can be taken again.
func TestOurOwnTrouble(t *testing.T) {
	var trouble *flaky
	w := newWorld(t, "", func(o *flow.Options) {
		trouble = &flaky{Store: o.Store}
		o.Store = trouble
	})
	p := w.opens(flow.Opening{Mode: flow.Hosted, LinkToken: w.token(`"products":["auth"],"hosted_link":{},"webhook":"https://app.example/hook"`)})
	p.goes(flow.Continue)
	p.chooses(bank)
	p.signsIn("user_good", "pass_good")
	trouble.broken = true
	step := flow.Step{Action: flow.Submit, Turn: p.view.Turn, Accounts: []int{0}}
	if v, err := w.Act(t.Context(), p.key, step); err == nil || strings.Contains(err.Error(), "pass_good") {
		t.Errorf("%+v, %v", v, err)
	}
	trouble.broken = false
	if v, err := w.Act(t.Context(), p.key, step); err != nil || v.Pane != flow.PaneConnected || len(v.Results) != 1 {
		t.Errorf("again: %+v, %v", v, err)
	}
}
