package simplefin

import (
	"context"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers"
)

// trouble is what a server had with a bank whose data it tells all the same.
type trouble struct {
	// all says that any of the bank's data may lack something, accounts whose.
	all      bool
	accounts []string
}

func (t *trouble) with(key string) bool { return t.all || slices.Contains(t.accounts, key) }

// The codes of errors, and what those of each kind begin with: codes to come are taken
// for what their beginning says.
const (
	codeNoAuth      = "gen.auth"
	codeServer      = "gen.api"
	codeLogin       = "con.auth"
	codeMissingData = "act.missingdata"

	ofServer  = "gen."
	ofBank    = "con."
	ofAccount = "act."
)

// judge reads the errors that an answer tells, for the bank of st, of which the accounts
// of the given keys are in the answer. An error is one that leaves nothing to go on with.
// Others leave doubt: what the answer lacks isn't gone for that.
//
// The sentences of version 1 name nobody for sure. One that asks to sign in again is for
// the bank that it names, or for the only one there is.
func (p *Provider) judge(ctx context.Context, set *accountSet, st *state, here []string) (*trouble, error) {
	if set.ErrList == nil {
		return p.judgeSentences(ctx, set, st, here)
	}
	out := &trouble{}
	banks := set.banks()
	var failed []string
	for _, e := range *set.ErrList {
		known := slices.Contains(here, e.AccountID) || keyAt(st.Accounts, e.AccountID) >= 0
		ours := e.ConnID == st.Bank.Key || e.ConnID == "" && (known || e.AccountID == "" && len(banks) <= 1)
		switch {
		case e.Code == codeNoAuth:
			return nil, wrong(providers.LoginRequired, e.Code)
		case e.Code == codeServer:
			return nil, wrong(providers.ServerError, e.Code)
		case strings.HasPrefix(e.Code, ofBank), strings.HasPrefix(e.Code, ofAccount):
			if !ours {
				continue
			}
		}
		p.log.WarnContext(ctx, "a SimpleFIN server had trouble", "code", clean(e.Code), "account", clean(e.AccountID))
		switch {
		case e.Code == codeLogin:
			return nil, wrong(providers.LoginRequired, e.Code)
		case strings.HasPrefix(e.Code, ofAccount) && e.AccountID != "":
			out.accounts = append(out.accounts, e.AccountID)
			if e.Code != codeMissingData {
				failed = append(failed, e.AccountID)
			}
		case len(here) == 0 && strings.HasPrefix(e.Code, ofServer):
			return nil, wrong(providers.ServerError, e.Code)
		case len(here) == 0:
			return nil, wrong(providers.InstitutionNotAnswering, e.Code)
		default:
			out.all = true
		}
	}
	working := func(key string) bool { return !slices.Contains(failed, key) }
	if len(failed) > 0 && !slices.ContainsFunc(here, working) {
		return nil, wrong(providers.InstitutionNotAnswering, ofAccount)
	}
	return out, nil
}

// judgeSentences is judge for version 1.
func (p *Provider) judgeSentences(ctx context.Context, set *accountSet, st *state, here []string) (*trouble, error) {
	out := &trouble{}
	banks := set.banks()
	for _, text := range set.Errors {
		text = strings.ToLower(text)
		names := func(b bank) bool {
			return strings.Contains(text, strings.ToLower(b.Name)) || strings.Contains(text, strings.ToLower(b.Key))
		}
		ours := len(banks) <= 1 || names(st.Bank)
		if !ours && slices.ContainsFunc(banks, names) {
			continue // it is another bank's
		}
		p.log.WarnContext(ctx, "a SimpleFIN server had trouble", "code", "a sentence")
		if ours && (strings.Contains(text, "authenticat") || strings.Contains(text, "auth required")) {
			return nil, wrong(providers.LoginRequired, "a sentence")
		}
		if len(here) == 0 {
			return nil, wrong(providers.InstitutionNotAnswering, "a sentence")
		}
		out.all = true
	}
	return out, nil
}

// wrong is an error that an answer tells. Who must sign in again must act himself.
func wrong(kind providers.Kind, code string) *providers.Error {
	return &providers.Error{
		Kind: kind, Scope: "item", Raw: clean(code), Detail: "the server says " + clean(code), UserAction: kind == providers.LoginRequired,
	}
}
