package flow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// quiet is how long a person does nothing before the client is told of what happened so far.
const quiet = 10 * time.Minute

// announces reports whether a client is told of sessions by webhook: those of
// hosted pages and of Multi-Item Link.
func announces(t *linksession.Token) bool {
	return t.Webhook != "" && (t.Hosted != nil || t.MultiItem)
}

// announce puts EVENTS and SESSION_FINISHED on their way. At a session's end they are
// sent at once. Until then they wait, the one for the person to do nothing for a
// while, the other for the session to end by itself: each step puts them off and
// brings them up to date, so that a client is told of a session that nobody comes back to.
func (w *walk) announce(ctx context.Context) error {
	if !announces(w.token) || !w.st.Opened {
		return nil
	}
	status := "EXITED"
	var public []string
	for i := range w.session.Results {
		status = "SUCCESS"
		public = append(public, w.session.Results[i].PublicToken)
	}
	var events []json.RawMessage
	for i := range w.session.Events {
		event := w.session.Events[i].Wire()
		events = append(events, event.AppendJSON(nil))
	}
	told, ended := w.now.Add(quiet), w.session.Deadline
	finished := !w.session.FinishedAt.IsZero()
	if finished {
		told, ended = w.now, w.now
	}
	err := w.put(ctx, webhooks.LinkEvents(w.session.ID, w.st.LinkToken, events), told)
	if err == nil {
		err = w.put(ctx, webhooks.SessionFinished(status, w.session.ID, w.st.LinkToken, public), ended)
	}
	if finished {
		w.Wake()
	}
	return err
}

// announceItem tells of an Item that was linked.
func (w *walk) announceItem(ctx context.Context, public string) error {
	if !announces(w.token) {
		return nil
	}
	m := webhooks.ItemAddResult(w.session.ID, w.st.LinkToken, public)
	if err := w.Store.CreateDelivery(ctx, w.delivery(m, public, w.now, w.now)); err != nil {
		return err
	}
	w.Wake()
	return nil
}

// put puts a webhook on its way at a time, in place of the one of that name that
// still waits. One that is on its way already is followed by another.
func (w *walk) put(ctx context.Context, m webhooks.Message, at time.Time) error {
	for {
		n := w.st.Announced[m.Code]
		d := w.delivery(m, m.Code+" "+strconv.Itoa(n), w.session.StartedAt, at)
		old, err := w.Store.Delivery(ctx, d.Client, d.Event.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return w.Store.CreateDelivery(ctx, d)
		case err != nil:
			return err
		case old.State == store.Waiting && old.Attempts == 0:
			err = w.Store.FinishDelivery(ctx, d)
			if !errors.Is(err, store.ErrConflict) {
				return err
			}
		case bytes.Equal(old.Event.Body, d.Event.Body):
			return nil
		}
		if w.st.Announced == nil {
			w.st.Announced = map[string]int{}
		}
		w.st.Announced[m.Code]++
	}
}

// delivery is a webhook on its way. Its id is made of the session and a name, and
// begins with a time: making it a second time makes no second webhook.
func (w *walk) delivery(m webhooks.Message, name string, made, at time.Time) store.Delivery {
	sum := sha256.Sum256([]byte(w.session.ID + " " + name))
	origin := webhooks.Origin{Environment: w.Environment, UserID: w.token.UserID}
	event := m.Event(origin, webhooks.NewID(made, 0, bytes.NewReader(sum[:])), w.token.Webhook, at)
	return store.Delivery{
		Event: event, Client: w.session.Client, Receiver: receiver(w.token.Webhook), State: store.Waiting, NextAt: at,
	}
}

// receiver is who is at the address of a webhook: its scheme, host and port.
func receiver(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
