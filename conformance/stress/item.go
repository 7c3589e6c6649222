package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// item is what its writer knows of an Item. Only one goroutine writes to it; the
// lock is for the one that pages.
type item struct {
	mu    sync.Mutex
	token string
	// follower has paged along, over all restarts.
	follower *caller.Follower

	// made are the rows that were acknowledged; perhaps are those that the server
	// was asked for when it ended.
	made, perhaps []string
	// webhooks are the values that the webhook may have: one, or two if the server
	// ended while it was changed.
	webhooks []string
	// dead are tokens that were rotated away.
	dead []string
	// removed is set once the Item is gone, unsure while that is not known.
	removed, unsure bool
	// lost is set if the server ended while the token was rotated: nobody knows the new one.
	lost bool
	// quiet are the rows that were there, if nothing was written since.
	quiet map[string]string
	// checks counts how often it was found as it should be.
	checks int
}

func newItem(ctx context.Context, app *caller.Caller, webhook string) (*item, error) {
	token, err := app.NewItem(ctx, caller.Item{User: caller.Dynamic, Webhook: webhook})
	if err != nil {
		return nil, err
	}
	return &item{token: token, webhooks: []string{webhook}, follower: &caller.Follower{Newer: onlyGrows}}, nil
}

// write does one thing to the Item, chosen by chance. An error that is not the
// server's own word leaves open whether it was done.
func (i *item) write(ctx context.Context, app *caller.Caller, chance *rand.Rand, name string) error {
	i.mu.Lock()
	token := i.token
	i.mu.Unlock()
	if i.quiet == nil && chance.IntN(4) == 0 {
		rows, err := app.Transactions(ctx, token)
		if err == nil {
			i.quiet, err = caller.PrintsOf(rows)
		}
		return err
	}
	i.quiet = nil
	switch chance.IntN(12) {
	case 0:
		return i.remove(ctx, app)
	case 1:
		return i.rotate(ctx, app)
	case 2, 3:
		return i.setWebhook(ctx, app, "https://app.example/"+name)
	case 4, 5, 6:
		return app.Refresh(ctx, token)
	}
	i.perhaps = append(i.perhaps, name)
	if err := app.Create(ctx, token, name, 1); err != nil {
		return err
	}
	i.made, i.perhaps = append(i.made, name), i.perhaps[:len(i.perhaps)-1]
	return nil
}

func (i *item) remove(ctx context.Context, app *caller.Caller) error {
	i.unsure = true
	_, err := caller.Result(app.Plaid.ItemRemove(ctx).ItemRemoveRequest(*plaid.NewItemRemoveRequest(i.token)).Execute())
	if err == nil {
		i.removed, i.unsure = true, false
	}
	return err
}

func (i *item) rotate(ctx context.Context, app *caller.Caller) error {
	resp, err := caller.Result(app.Plaid.ItemAccessTokenInvalidate(ctx).
		ItemAccessTokenInvalidateRequest(*plaid.NewItemAccessTokenInvalidateRequest(i.token)).Execute())
	i.mu.Lock()
	defer i.mu.Unlock()
	if err == nil {
		i.dead = append(i.dead, i.token)
		i.token = resp.NewAccessToken
	} else {
		i.lost = true
	}
	return err
}

func (i *item) setWebhook(ctx context.Context, app *caller.Caller, url string) error {
	i.webhooks = append(i.webhooks[:1], url)
	r := plaid.NewItemWebhookUpdateRequest(i.token)
	r.SetWebhook(url)
	_, err := caller.Result(app.Plaid.ItemWebhookUpdate(ctx).ItemWebhookUpdateRequest(*r).Execute())
	if err == nil {
		i.webhooks = []string{url}
	}
	return err
}

// page lets the follower take a look. What it finds wrong is found by check.
func (i *item) page(ctx context.Context, app *caller.Caller, count int32) {
	i.mu.Lock()
	i.follower.Pages = app.Pages(i.token, "")
	i.mu.Unlock()
	_, _ = i.follower.Follow(ctx, count)
}

// done reports whether there is nothing more to learn from the Item.
func (i *item) done() bool {
	const enough = 4
	return i.lost || i.checks >= enough || i.removed && i.checks > 0
}

// check compares the Item with what its writer knows, when nobody writes.
func (i *item) check(ctx context.Context, app *caller.Caller) (found []string, err error) {
	i.checks++
	for _, token := range i.dead {
		if _, err := app.Transactions(ctx, token); !caller.Is(err, "INVALID_ACCESS_TOKEN") {
			found = append(found, fmt.Sprintf("a token that was rotated away: %v", err))
		}
	}
	if i.lost {
		return found, nil
	}
	resp, err := caller.Result(app.Plaid.ItemGet(ctx).ItemGetRequest(*plaid.NewItemGetRequest(i.token)).Execute())
	gone := caller.Is(err, "ITEM_NOT_FOUND")
	switch {
	case gone && (i.removed || i.unsure):
		i.removed, i.unsure = true, false
		return found, nil
	case i.removed:
		return append(found, fmt.Sprintf("an Item that was removed: %v", err)), nil
	case errors.As(err, new(*caller.Error)):
		return append(found, fmt.Sprintf("an Item that was acknowledged: %v", err)), nil
	case err != nil:
		return nil, err
	}
	i.unsure = false
	got := resp.Item.GetWebhook()
	if got != i.webhooks[0] && got != i.webhooks[len(i.webhooks)-1] {
		found = append(found, fmt.Sprintf("the webhook is %q, not of %q", got, i.webhooks))
	}
	i.webhooks = []string{got}
	rows, err := i.checkRows(ctx, app)
	return append(found, rows...), err
}

// checkRows compares the rows with those that were acknowledged, with those that
// were there before, and with what the follower has of them.
func (i *item) checkRows(ctx context.Context, app *caller.Caller) (found []string, err error) {
	rows, err := app.Transactions(ctx, i.token)
	if err != nil {
		return nil, err
	}
	found = missing(rows, i.made, i.perhaps)
	there, err := caller.PrintsOf(rows)
	if err != nil {
		found = append(found, err.Error())
	}
	if i.quiet != nil {
		for _, d := range caller.Differences(there, i.quiet) {
			found = append(found, "since it was last read, "+d)
		}
	}
	i.quiet = there
	i.follower.Pages = app.Pages(i.token, "")
	if _, err := i.follower.Follow(ctx, 500); err != nil {
		return nil, err
	}
	for _, d := range append(i.follower.Faults, caller.Differences(i.follower.Prints(), there)...) {
		found = append(found, "the follower: "+d)
	}
	i.follower.Faults = nil
	return found, nil
}
