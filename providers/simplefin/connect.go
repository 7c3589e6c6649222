package simplefin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// Names of the fields that steps ask for.
const (
	FieldToken = "setup_token"
	FieldBank  = "bank"
)

// again is the choice of a person whose banks could not be asked for.
const again = "Try again"

// session is where an attempt to link stands. It holds secrets, and is kept sealed.
type session struct {
	// Access is the access URL once a token was claimed: another claim would be refused.
	Access string `json:"access,omitempty"`
	// Banks are those to choose from.
	Banks []bank `json:"banks,omitempty"`
	// Mends is the connection to mend; nil is a new one.
	Mends *state `json:"mends,omitempty"`
}

// BeginConnect asks for a setup token. A connection to mend that works by now (its bank
// was mended at the server) needs none.
func (p *Provider) BeginConnect(ctx context.Context, req providers.ConnectRequest) (providers.Step, error) {
	s := &session{}
	if req.State != nil {
		st, err := readState(req.State)
		if err != nil {
			return providers.Step{}, err
		}
		if p.Status(ctx, providers.Conn{Institution: req.Institution, State: req.State, Now: req.Now}) == nil {
			return providers.Step{Kind: providers.StepDone, State: req.State}, nil
		}
		s.Mends = st
	}
	if token, ok := req.Credentials[FieldToken]; ok {
		return p.claimed(ctx, s, token, req.Now)
	}
	return s.step(providers.StepToken, providers.Field{Name: FieldToken, Label: "SimpleFIN setup token", Secret: true})
}

// ContinueConnect takes a setup token, or which bank it is to be. A token that is
// none, or that was used already, is InvalidCredentials.
func (p *Provider) ContinueConnect(ctx context.Context, raw []byte, answer providers.Answer) (providers.Step, error) {
	s := &session{}
	if err := json.Unmarshal(raw, s); err != nil {
		return providers.Step{}, fmt.Errorf("simplefin: session: %w", err)
	}
	if s.Access == "" {
		return p.claimed(ctx, s, answer.Values[FieldToken], answer.Now)
	}
	if s.Banks == nil { // they could not be asked for before
		return p.banks(ctx, s, answer.Now)
	}
	at := slices.Index(options(s.Banks), answer.Values[FieldBank])
	if at < 0 {
		return providers.Step{}, refused("no such bank was offered")
	}
	set, err := p.get(ctx, s.Access, query{from: models.DateOf(answer.Now)})
	if err != nil {
		return providers.Step{}, err
	}
	return p.done(ctx, s, set, s.Banks[at])
}

// step completes a step with the session.
func (s *session) step(kind providers.StepKind, field providers.Field) (providers.Step, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return providers.Step{}, fmt.Errorf("simplefin: session: %w", err)
	}
	return providers.Step{Kind: kind, Session: raw, Fields: []providers.Field{field}}, nil
}

// claimed changes a token for an access URL and goes on with that.
func (p *Provider) claimed(ctx context.Context, s *session, token string, now time.Time) (providers.Step, error) {
	access, err := p.claim(ctx, token)
	if err != nil {
		return providers.Step{}, err
	}
	s.Access = access
	return p.banks(ctx, s, now)
}

// banks finds out which banks there are, and asks for one where they are several. The
// token is spent: where they can't be asked for now, the person can have it tried again.
func (p *Provider) banks(ctx context.Context, s *session, now time.Time) (providers.Step, error) {
	set, err := p.get(ctx, s.Access, query{from: models.DateOf(now)})
	var up *providers.Error
	if errors.As(err, &up) && !up.UserAction {
		s.Banks = nil
		return s.step(providers.StepSelections, providers.Field{
			Name: FieldBank, Label: "The SimpleFIN server took your token, but did not tell your banks yet", Options: []string{again},
		})
	}
	if err != nil {
		return providers.Step{}, err
	}
	list := set.banks()
	switch {
	case len(list) == 0:
		return providers.Step{}, &providers.Error{
			Kind: providers.NoAccounts, Scope: "item", UserAction: true, Detail: "the server has no bank behind this token",
		}
	case s.Mends != nil:
		b, ok := set.find(s.Mends)
		if !ok {
			return providers.Step{}, refused("the token is for other banks than the connection's")
		}
		return p.done(ctx, s, set, b)
	case len(list) == 1:
		return p.done(ctx, s, set, list[0])
	}
	s.Banks = list
	return s.step(providers.StepSelections, providers.Field{
		Name: FieldBank, Label: "Which bank do you want to connect? Each further one takes a token of its own", Options: options(list),
	})
}

// find finds the bank of a connection among those of an answer: the one of its key, or,
// where a server names it otherwise by now, the one that has an account of it.
func (s *accountSet) find(st *state) (bank, bool) {
	list := s.banks()
	if i := slices.IndexFunc(list, func(b bank) bool { return b.Key == st.Bank.Key }); i >= 0 {
		return list[i], true
	}
	for i := range s.Accounts {
		if a := &s.Accounts[i]; keyAt(st.Accounts, a.ID) >= 0 {
			at := slices.IndexFunc(list, func(b bank) bool { return b.Key == s.bankOf(a) })
			return list[at], true
		}
	}
	return bank{}, false
}

// options are what to choose banks by: their names, numbered where two have one.
func options(list []bank) []string {
	var out []string
	for _, b := range list {
		name := b.Name
		for n := 2; slices.Contains(out, name); n++ {
			name = fmt.Sprintf("%s (%d)", b.Name, n)
		}
		out = append(out, name)
	}
	return out
}

// done ends linking or mending with a bank. A mended connection keeps what it remembers.
func (p *Provider) done(ctx context.Context, s *session, set *accountSet, b bank) (providers.Step, error) {
	st := &state{}
	if s.Mends != nil {
		st = s.Mends
	}
	st.Access, st.Bank, st.Before = s.Access, b, ""
	told, err := p.tell(ctx, set, st)
	if err != nil {
		return providers.Step{}, err
	}
	st.Accounts = told.known
	for i := range told.raw {
		if a := &told.raw[i]; p.kinds.presumed(a) {
			p.log.InfoContext(ctx, "the type of an account is presumed", "account", clean(a.ID), "type", told.list[i].Type, "subtype", told.list[i].Subtype)
		}
	}
	raw, err := st.encode()
	return providers.Step{Kind: providers.StepDone, State: raw}, err
}

// errAccess says that a server's answer to a claim is no access URL.
var errAccess = errors.New("not an access URL")

// refused is an answer of the person's that is no good.
func refused(detail string) *providers.Error {
	return &providers.Error{Kind: providers.InvalidCredentials, Scope: "item", UserAction: true, Detail: detail}
}

// maxToken is how many characters a token, or an access URL, may have.
const maxToken = 4096

// claim changes a setup token for an access URL. It can be done once.
func (p *Provider) claim(ctx context.Context, token string) (string, error) {
	address, err := p.claimURL(token)
	if err != nil {
		return "", err
	}
	reply, err := p.client.Do(ctx, upstream.Request{Method: http.MethodPost, URL: address})
	var up *providers.Error
	if errors.As(err, &up) && up.Kind == providers.ServerError {
		return "", refused("the token leads to an address that is not asked")
	}
	if err != nil {
		return "", err
	}
	switch {
	case reply.Status == http.StatusForbidden:
		return "", refused("the token was used already, or never was one: if somebody else used it, it should be disabled at the server")
	case reply.Status >= 400 && reply.Status < 500 && reply.Status != http.StatusTooManyRequests && reply.Status != http.StatusRequestTimeout:
		return "", refused(fmt.Sprintf("the server answered HTTP %d to the token", reply.Status))
	}
	if err := reply.Err(); err != nil {
		return "", err
	}
	access := strings.TrimSpace(string(reply.Body))
	u, err := url.Parse(access)
	if err != nil || len(access) > maxToken || u.User == nil || !p.takes(u) {
		return "", &providers.Error{Kind: providers.ServerError, Scope: "item", Detail: "the server's answer to the token is " + errAccess.Error()}
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String(), nil
}

// claimURL is the address that a setup token stands for: it is that in base64, as people
// paste it, with or without padding and line breaks.
func (p *Provider) claimURL(token string) (string, error) {
	token = strings.TrimRight(strings.Join(strings.Fields(token), ""), "=")
	if len(token) <= maxToken {
		for _, code := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if text, err := code.DecodeString(token); err == nil {
				if u, err := url.Parse(string(text)); err == nil && p.takes(u) {
					return u.String(), nil
				}
			}
		}
	}
	return "", refused("that is no setup token of a server that is taken")
}

// takes reports whether a URL is of a server that may be asked.
func (p *Provider) takes(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return (u.Scheme == "https" || u.Scheme == "http") && host != "" && (p.hosts == nil || slices.Contains(p.hosts, host))
}
