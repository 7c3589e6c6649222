package plaid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// state is a connection's.
type state struct {
	AccessToken string `json:"access_token"`
	// Item is the upstream's item_id.
	Item string `json:"item_id"`
	// Cursor is where in its transactions the connection is; "" is at the beginning.
	Cursor string `json:"cursor,omitempty"`
	// From is the oldest day of transactions that were taken.
	From models.Date `json:"from,omitempty"`
	// Again says that all transactions are to be taken anew: the person may have come to
	// share more accounts.
	Again bool `json:"again,omitempty"`
}

// session is kept while a person is at the upstream's page.
type session struct {
	LinkToken   string               `json:"link_token"`
	Institution models.InstitutionID `json:"institution"`
	// Mend is the state of a connection that is made anew; nil is a new one.
	Mend *state `json:"mend,omitempty"`
}

// open decodes a connection's state.
func open(c providers.Conn) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(c.State, st); err != nil || st.AccessToken == "" {
		return nil, errors.New("plaid: the state of a connection can't be read")
	}
	return st, nil
}

// seal encodes a state.
func (st *state) seal() (json.RawMessage, error) {
	text, err := json.Marshal(st) //nolint:gosec // the ledger seals it
	if err != nil {
		return nil, fmt.Errorf("plaid: %w", err)
	}
	return text, nil
}

// Key implements providers.Notified: it is the upstream's item_id.
func (p *Provider) Key(c providers.Conn) (string, error) {
	st, err := open(c)
	if err != nil {
		return "", err
	}
	return st.Item, nil
}

// BeginConnect implements providers.Provider: it makes a hosted page at the upstream and
// sends the person there.
func (p *Provider) BeginConnect(ctx context.Context, req providers.ConnectRequest) (providers.Step, error) {
	if req.ReturnURL == "" {
		// There is nobody to send: credentials can't be handed over, they are the upstream's to ask for.
		return providers.Step{}, &providers.Error{Kind: providers.Unsupported, Detail: "people link this institution in Link only"}
	}
	s := session{Institution: req.Institution}
	in := body{
		"client_name": p.o.ClientName, "language": p.o.Language, "country_codes": p.o.Countries,
		"user":        body{"client_user_id": "gingham-" + strconv.FormatUint(req.Seed, 16)},
		"hosted_link": body{"completion_redirect_uri": req.ReturnURL},
	}
	if p.o.Webhook != "" {
		in["webhook"] = p.o.Webhook
	}
	if req.State != nil {
		st, err := open(providers.Conn{State: req.State})
		if err != nil {
			return providers.Step{}, err
		}
		s.Mend = st
		in["access_token"] = st.AccessToken
		if req.ChooseAccounts {
			in["update"] = body{"account_selection_enabled": true}
		}
	} else {
		p.request(in, req)
	}
	var out struct {
		LinkToken string `json:"link_token"`
		URL       string `json:"hosted_link_url"`
	}
	if err := p.call(ctx, "/link/token/create", in, &out); err != nil {
		return providers.Step{}, err
	}
	if u, err := url.Parse(out.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return providers.Step{}, &providers.Error{Kind: providers.ServerError, Detail: "the upstream has no hosted page", Raw: "no hosted_link_url"}
	}
	s.LinkToken = out.LinkToken
	text, err := json.Marshal(s)
	if err != nil {
		return providers.Step{}, fmt.Errorf("plaid: %w", err)
	}
	return providers.Step{Kind: providers.StepRedirect, Session: text, RedirectURL: out.URL}, nil
}

// linkable are the products that a link token may ask for, by what is asked for here.
var linkable = map[models.Product][]models.Product{
	models.ProductAssets:              {models.ProductTransactions, models.ProductIdentity},
	models.ProductAuth:                {models.ProductAuth},
	models.ProductIdentity:            {models.ProductIdentity},
	models.ProductInvestments:         {models.ProductInvestments},
	models.ProductLiabilities:         {models.ProductLiabilities},
	models.ProductRecurring:           {models.ProductTransactions},
	models.ProductTransactions:        {models.ProductTransactions},
	models.ProductTransactionsRefresh: {models.ProductTransactions},
}

// maxDays is how many days of transactions there can be.
const maxDays = 730

// request puts what a new Item is to have into a request for a link token. What else
// institutions offer here is asked consent for, so that it can be had later.
func (p *Provider) request(in body, req providers.ConnectRequest) {
	var must, may []models.Product
	for _, have := range req.Products {
		must = append(must, linkable[have]...)
	}
	if len(must) == 0 {
		must = []models.Product{models.ProductTransactions} // a link token must ask for something
	}
	slices.Sort(must)
	must = slices.Compact(must)
	for _, have := range p.o.Products {
		for _, more := range linkable[have] {
			if !slices.Contains(must, more) && !slices.Contains(may, more) && slices.Contains(p.o.Products, more) {
				may = append(may, more)
			}
		}
	}
	in["products"] = must
	if len(may) > 0 {
		in["additional_consented_products"] = may
	}
	if slices.Contains(must, models.ProductTransactions) {
		in["transactions"] = body{"days_requested": maxDays}
	}
	in["institution_id"] = p.upstreamID(req.Institution)
}

// upstreamID is an institution's id at the upstream.
func (p *Provider) upstreamID(id models.InstitutionID) string {
	return strings.TrimPrefix(string(id), p.o.Prefix)
}

// ContinueConnect implements providers.Provider: the person is back from the upstream's page.
func (p *Provider) ContinueConnect(ctx context.Context, kept []byte, _ providers.Answer) (providers.Step, error) {
	var s session
	if err := json.Unmarshal(kept, &s); err != nil {
		return providers.Step{}, fmt.Errorf("plaid: read a session: %w", err)
	}
	public, err := p.result(ctx, s.LinkToken, s.Mend != nil)
	if err != nil {
		return providers.Step{}, err
	}
	st := s.Mend
	if st == nil {
		if st, err = p.exchange(ctx, public); err != nil {
			return providers.Step{}, err
		}
	}
	st.Again = true
	it, err := p.item(ctx, st)
	if err != nil {
		return providers.Step{}, err
	}
	if s.Mend == nil && it.Institution != p.upstreamID(s.Institution) {
		// The Item is nobody's: it would be billed, and told of, for ever.
		if err := p.remove(ctx, st); err != nil {
			return providers.Step{}, err
		}
		return providers.Step{}, &providers.Error{
			Kind: providers.AccessNotGranted, Detail: "the person linked another institution than the one chosen here", UserAction: true,
		}
	}
	return p.done(st, it)
}

// result finds out how a session at the upstream's page ended. It returns the public token
// of what was linked; of what was mended there may be none.
func (p *Provider) result(ctx context.Context, linkToken string, mend bool) (publicToken string, err error) {
	var out struct {
		Sessions []linkSession `json:"link_sessions"`
	}
	if err := p.call(ctx, "/link/token/get", body{"link_token": linkToken}, &out); err != nil {
		return "", err
	}
	var exit *apiError
	for i := range out.Sessions {
		s := &out.Sessions[i]
		for _, r := range s.Results.Items {
			return r.PublicToken, nil
		}
		if s.Success != nil && (mend || s.Success.PublicToken != "") {
			return s.Success.PublicToken, nil
		}
		if s.Exit != nil && s.Exit.Error != nil {
			exit = s.Exit.Error
		}
	}
	if exit != nil && exit.Code != "" {
		return "", exit.provider()
	}
	return "", &providers.Error{Kind: providers.AccessNotGranted, Detail: "the person left the upstream's page", UserAction: true}
}

// linkSession is how a session of Link's went.
type linkSession struct {
	Results struct {
		Items []struct {
			PublicToken string `json:"public_token"`
		} `json:"item_add_results"`
	} `json:"results"`
	Success *struct {
		PublicToken string `json:"public_token"`
	} `json:"on_success"`
	Exit *struct {
		Error *apiError `json:"error"`
	} `json:"exit"`
}

func (p *Provider) exchange(ctx context.Context, publicToken string) (*state, error) {
	st := &state{}
	err := p.call(ctx, "/item/public_token/exchange", body{"public_token": publicToken}, st)
	if err == nil && (st.AccessToken == "" || st.Item == "") {
		err = &providers.Error{Kind: providers.ServerError, Detail: "the upstream gave no access token", Raw: "no access_token"}
	}
	return st, err
}
