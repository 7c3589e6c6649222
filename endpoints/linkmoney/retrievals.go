package linkmoney

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// retrievalLimit is how long a call may take that sends events again, sendLimit how
	// much of it there is to wait for their receivers.
	retrievalLimit, sendLimit = 100 * time.Second, 60 * time.Second
	// sendPoll is how often it is looked whether they were sent.
	sendPoll = 50 * time.Millisecond
	// maxKept is how many of the newest deliveries kept events are looked for in.
	maxKept = 100_000
	// maxRetrieved is how many events one call sends again: the newest.
	maxRetrieved = 500
)

// failed are a client's deliveries that were given up, the newest first.
func (g *Group) failed(ctx context.Context, client models.ClientID) ([]store.Delivery, error) {
	var list []store.Delivery
	err := g.eachDelivery(ctx, client, maxKept, func(d *store.Delivery) bool {
		if d.State == store.Failed {
			list = append(list, *d)
		}
		return true
	})
	return list, err
}

// listRetrievals answers with the events that are kept because they were not delivered.
func (g *Group) listRetrievals(ctx context.Context, c *api.Caller, req *listPlainRequest) (answer, error) {
	p, err := req.pageOf(c.Params)
	if err != nil {
		return nil, err
	}
	list, err := g.failed(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	in, _, err := g.callbacks.read(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	if in == nil {
		in = &configuration{DateFormat: dateISO}
	}
	shown := []map[string]any{}
	for _, d := range of(p, list) {
		o := outcomeOf(&d)
		shown = append(shown, map[string]any{
			"id": d.Event.ID, "eventName": o.EventName, "callbackUrl": o.CallbackURL, "eventTime": in.date(d.Event.At),
			"expirationTime": in.date(d.ExpiresAt), "responseCode": o.ResponseCode, "responseMessage": o.ResponseMessage,
			"timeout": o.Timeout, "payload": json.RawMessage(d.Event.Body),
		})
	}
	return answer{"retrievals": shown}.paged(p, len(list)), nil
}

// outcome is what became of sending an event.
type outcome struct {
	// ResponseCode is the receiver's HTTP status, or "" where it did not answer.
	ResponseCode    string `json:"responseCode"`
	ResponseMessage string `json:"responseMessage"`
	CallbackURL     string `json:"callbackUrl"`
	EventName       string `json:"eventName"`
	Timeout         bool   `json:"timeout"`
	Success         bool   `json:"success"`
}

// noAnswer is how the text of an attempt begins whose receiver did not answer in time.
const noAnswer = "no answer within"

// outcomeOf is what became of a delivery's last attempt.
func outcomeOf(d *store.Delivery) outcome {
	o := outcome{CallbackURL: d.Event.URL, EventName: eventName(&d.Event)}
	if len(d.Tries) == 0 {
		return o
	}
	try := d.Tries[len(d.Tries)-1]
	o.Success, o.ResponseMessage = try.Error == "", try.Error
	o.Timeout = strings.HasPrefix(try.Error, noAnswer)
	if try.Status != 0 {
		o.ResponseCode, o.ResponseMessage = strconv.Itoa(try.Status), http.StatusText(try.Status)
	}
	return o
}

// retrieve sends a kept event again, and answers with what became of it.
func (g *Group) retrieve(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	d, err := g.store.Delivery(ctx, c.Client.ID, c.Params.Get("eventId"))
	if errors.Is(err, store.ErrNotFound) || err == nil && d.State != store.Failed {
		return nil, missing("there is no event of this id that is kept")
	}
	if err != nil {
		return nil, fmt.Errorf("linkmoney: read a webhook: %w", err)
	}
	outcomes, err := g.send(ctx, c, []store.Delivery{d})
	if err != nil {
		return nil, err
	}
	o := outcomes[0]
	return answer{
		"responseCode": o.ResponseCode, "responseMessage": o.ResponseMessage, "callbackUrl": o.CallbackURL,
		"eventName": o.EventName, "timeout": o.Timeout, "success": o.Success,
	}, nil
}

// retrieveAll sends all kept events again, up to maxRetrieved of the newest.
func (g *Group) retrieveAll(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	list, err := g.failed(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	outcomes, err := g.send(ctx, c, list[:min(len(list), maxRetrieved)])
	if err != nil {
		return nil, err
	}
	return answer{"responses": outcomes}, nil
}

// send has deliveries that failed sent once more and waits for what becomes of them.
// One that is still under way when there is no more time timed out, for all that can be said.
func (g *Group) send(ctx context.Context, c *api.Caller, list []store.Delivery) ([]outcome, error) {
	for i := range list {
		d := list[i]
		d.State, d.NextAt, d.ExpiresAt = store.Waiting, c.Now, time.Time{}
		// Who is faster has it sent, or has forgotten it.
		if err := g.store.FinishDelivery(ctx, d); err != nil && !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("linkmoney: send a webhook again: %w", err)
		}
	}
	g.wake()
	outcomes := make([]outcome, len(list))
	limit := time.NewTimer(sendLimit)
	defer limit.Stop()
	poll := time.NewTicker(sendPoll)
	defer poll.Stop()
	over := false
	for i := range list {
		was := &list[i]
		for {
			now, err := g.store.Delivery(ctx, c.Client.ID, was.Event.ID)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, fmt.Errorf("linkmoney: read a webhook: %w", err)
			}
			if err == nil && tried(was, &now) {
				outcomes[i] = outcomeOf(&now)
				break
			}
			if err != nil || over {
				outcomes[i] = outcome{CallbackURL: was.Event.URL, EventName: eventName(&was.Event), Timeout: over}
				break
			}
			select {
			case <-poll.C:
			case <-limit.C:
				over = true
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	return outcomes, nil
}

// tried reports whether a delivery was tried since it was as was.
func tried(was, now *store.Delivery) bool {
	if len(now.Tries) != len(was.Tries) || now.State != store.Waiting {
		return true
	}
	n := len(now.Tries)
	return n > 0 && now.Tries[n-1] != was.Tries[n-1]
}
