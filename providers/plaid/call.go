package plaid

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gingham-dev/gingham/providers/upstream"
)

// body is the body of a request.
type body map[string]any

// call asks an endpoint of the upstream and decodes its answer into a pointer. Errors:
// *providers.Error, by the table in errors.go.
func (p *Provider) call(ctx context.Context, path string, in body, into any) error {
	reply, err := p.send(ctx, path, in)
	if err != nil {
		return err
	}
	return reply.JSON(into)
}

// send asks an endpoint and returns an answer that is none of an error.
func (p *Provider) send(ctx context.Context, path string, in body) (*upstream.Reply, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("plaid: %s: %w", path, err)
	}
	reply, err := p.ask.Do(ctx, upstream.Request{
		Method: http.MethodPost, URL: p.o.BaseURL + path, Body: text,
		Header: http.Header{
			"Plaid-Client-Id": {p.o.ClientID}, "Plaid-Secret": {p.o.Secret}, "Plaid-Version": {"2020-09-14"},
		},
	})
	if err != nil {
		return nil, err
	}
	if reply.Status != http.StatusOK {
		return nil, failure(reply)
	}
	return reply, nil
}
