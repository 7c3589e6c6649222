package webhooks

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/store"
)

const (
	// youngTime is how long an attempt counts as work, and not as waiting; slowTime
	// is when its receiver is slow.
	youngTime, slowTime = 100 * time.Millisecond, time.Second
)

// attempt sends a claimed delivery, stores what became of it, and begins what comes next.
func (w *Worker) attempt(a *attempt) {
	w.mu.Lock()
	d := a.d
	w.mu.Unlock()
	now := w.now()
	if now.After(d.NextAt.Add(-w.options.Timeout - finishTime)) {
		// Held for too long, or the clock was moved: another may have claimed it by
		// the time that this attempt ended.
		w.end(a, returning)
		return
	}
	out := w.try(&d)
	a.timer.Stop()
	w.mu.Lock()
	w.learn(a, &out)
	a.phase = finishing
	w.mu.Unlock()
	w.conclude(&d, &out, now)
	w.finish(a, d)
	w.end(a, finishing)
}

// try sends d once. A panic is a failure of ours, and of this attempt only.
func (w *Worker) try(d *store.Delivery) (out outcome) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("webhooks: an attempt panicked", "webhook_id", d.Event.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			out = outcome{kind: internal, text: "internal error", err: fmt.Errorf("panic: %v", p), took: time.Since(began)}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), w.options.Timeout)
	defer cancel()
	return w.sender.send(ctx, d)
}

// age looks after an attempt whose receiver takes its time: the attempt frees its
// place among the young ones, and in the end the receiver is slow.
func (w *Worker) age(a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.phase != sending {
		return
	}
	t, r := w.traffic, a.r
	returns := len(w.returns)
	more := t.short
	t.wait(a)
	if !r.took {
		w.giveUp(r)
	}
	next := slowTime
	if old := time.Since(a.began); old < slowTime {
		next -= old
	} else {
		t.setSlow(r, true)
		w.giveUp(r)
	}
	if a.place == young || !r.slow {
		a.timer.Reset(next)
	}
	w.launch()
	if more || len(w.returns) > returns {
		w.signal()
	}
}

// learn notes how a receiver was. w.mu is held.
func (w *Worker) learn(a *attempt, out *outcome) {
	if out.kind == internal {
		return
	}
	w.traffic.setSlow(a.r, out.took >= slowTime)
	if out.kind == taken {
		a.r.took = true
	}
}

// conclude notes in d what became of an attempt that began at a time of the ledger's
// clock, and what is next.
func (w *Worker) conclude(d *store.Delivery, out *outcome, began time.Time) {
	now := w.now()
	d.Tries = append(slices.Clip(d.Tries), store.Try{At: began, Status: out.status, Error: out.text, Took: out.took})
	d.Tries = d.Tries[max(0, len(d.Tries)-store.MaxTries):]
	failures := 0
	for _, t := range d.Tries {
		if t.Error != "" {
			failures++
		}
	}
	d.NextAt = now
	switch {
	case out.kind == taken:
		w.health.succeeded(d, now)
		if w.options.Drill(d.Client).Duplicate && len(d.Tries)-failures == 1 {
			break // once more
		}
		d.State, d.ExpiresAt = store.Delivered, now.Add(w.options.KeepDelivered)
	case w.failing(d, out, now) || failures > len(w.options.Schedule):
		d.State, d.ExpiresAt = store.Failed, now.Add(w.options.KeepFailed)
	default:
		d.NextAt = now.Add(w.options.Schedule[failures-1])
	}
	w.counters.observe(out)
	w.report(d, out)
}

// failing counts a failed attempt, and reports whether the receiver gets no retries.
func (w *Worker) failing(d *store.Delivery, out *outcome, now time.Time) bool {
	if out.kind == internal {
		return false
	}
	ctx, cancel := context.WithTimeout(w.life, storeLimit)
	defer cancel()
	failing, err := w.health.failed(ctx, d, now)
	if err != nil {
		w.log.ErrorContext(ctx, "webhooks: a failure was not counted", "webhook_id", d.Event.ID, "error", err)
	}
	return failing
}

// report writes an attempt to the log. Neither the body nor the signature nor the
// rest of the URL, in which there may be secrets, is anybody's business.
func (w *Worker) report(d *store.Delivery, out *outcome) {
	fields := []any{
		"webhook_id", d.Event.ID, "item_id", string(d.Item), "code", d.Event.Code, "receiver", d.Receiver, "attempt", len(d.Tries),
		"status", out.status, "took", out.took,
	}
	if out.kind == taken {
		w.log.Debug("webhook delivered", fields...)
		return
	}
	w.log.Info("webhook not delivered", append(fields, "error", out.reason(), "state", string(d.State), "next_at", d.NextAt)...)
}

// finish stores the outcome d of an attempt, however long the store takes to take it,
// unless another instance has claimed the delivery, or the worker's life ends.
func (w *Worker) finish(a *attempt, d store.Delivery) {
	pause := firstPause
	for {
		w.mu.Lock()
		d.Attempts = a.d.Attempts
		w.mu.Unlock()
		ctx, cancel := context.WithTimeout(w.life, storeLimit)
		err := w.options.Store.FinishDelivery(ctx, d)
		cancel()
		switch {
		case err == nil:
			return
		case errors.Is(err, store.ErrConflict):
			if !w.reclaimed(a) {
				w.log.Info("webhooks: a delivery was claimed by another, or deleted, before its outcome was stored", "webhook_id", d.Event.ID)
				return
			}
			continue
		}
		w.log.Error("webhooks: an outcome was not stored", "webhook_id", d.Event.ID, "error", err)
		select {
		case <-time.After(pause):
		case <-w.life.Done():
			return
		}
		pause = min(2*pause, longestPause)
	}
}

// reclaimed reports whether it was this worker that claimed a delivery anew, and then
// gives the claim to the attempt under way.
func (w *Worker) reclaimed(a *attempt) bool {
	w.pumping.Lock() // a claim under way may be it
	defer w.pumping.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.again == nil {
		return false
	}
	a.d.Attempts, a.again = a.again.Attempts, nil
	return true
}

// end ends an attempt that was in flight, either because its outcome is stored or
// because it is to be given back, and begins what may come in its place.
func (w *Worker) end(a *attempt, as phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a.timer.Stop()
	more := w.traffic.end(a)
	if a.phase = as; as == returning {
		w.returns = append(w.returns, a)
		more = true
	} else {
		delete(w.attempts, a.d.Event.ID)
		if a.again != nil {
			w.admit(*a.again) // claimed since its outcome was stored: it was due again
		}
	}
	w.launch()
	if more || len(w.attempts) == 0 {
		w.signal()
	}
}

// inFlight is how many attempts are under way, and how many receivers had enough at the last claim.
func (w *Worker) inFlight() (attempts, waiting int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.traffic.active {
		if r.skipped {
			waiting++
		}
	}
	return w.traffic.young + w.traffic.waiting, waiting
}
