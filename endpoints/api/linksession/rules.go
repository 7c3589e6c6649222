package linksession

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// PublicTokenLife is how long a public token can be exchanged.
const PublicTokenLife = 30 * time.Minute

// IssuePublic issues a public token of an Item and says when it expires. Errors
// are the store's.
func IssuePublic(ctx context.Context, tokens *api.Tokens, h *store.Head, now time.Time) (string, time.Time, error) {
	expires := now.Add(PublicTokenLife)
	text, err := tokens.Issue(ctx, store.Token{
		Client: h.Client, Kind: store.PublicToken, Item: h.ID, ExpiresAt: expires,
	})
	return text, expires, err
}

// CheckWebhook returns INVALID_FIELD if the value of a field, which it names, is
// not an absolute http or https URL.
func CheckWebhook(field, value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return plaiderr.InvalidField(field + " must be a non-empty string URL")
	}
	return nil
}

// CheckRedirect checks where OAuth may return to: https without query or fragment, and
// one of the client's own. In the sandbox the tester's own machine is always good, with
// http too. It returns INVALID_FIELD of redirect_uri.
func CheckRedirect(env models.Environment, client *store.Client, uri string) error {
	u, err := url.Parse(uri)
	local := err == nil && env == models.Sandbox && IsLoopback(u.Hostname())
	switch {
	case err != nil || u.Host == "":
		return plaiderr.InvalidField("redirect_uri must be a non-empty string URL")
	case strings.ContainsAny(uri, "?#"):
		return plaiderr.InvalidField("redirect_uri must not contain a query or a fragment")
	case u.Scheme != "https" && (!local || u.Scheme != "http"):
		return plaiderr.InvalidField("redirect_uri must use https")
	case !local && !slices.Contains(client.AllowedRedirectURIs, uri):
		return plaiderr.InvalidField("OAuth redirect URI must be configured in the developer dashboard. " +
			"See https://dashboard.plaid.com/team/api")
	}
	return nil
}

// implied are products that come with others and can't be asked for.
var implied = []models.Product{models.ProductBalance, models.ProductRecurring}

// Products turns the names of products into products, each once, in the order
// given. It returns INVALID_PRODUCT for those that can't be asked for.
func Products(names []string) ([]models.Product, error) {
	out := make([]models.Product, 0, len(names))
	var refused []models.Product
	for _, name := range names {
		p := models.Product(name)
		switch {
		case slices.Contains(out, p) || slices.Contains(refused, p):
		case slices.Contains(implied, p):
			refused = append(refused, p)
		default:
			out = append(out, p)
		}
	}
	if refused != nil {
		return nil, plaiderr.ProductsNotAuthorized(refused...)
	}
	return out, nil
}

// CheckDays returns a range of days, or INVALID_FIELD if it ends before it
// begins; prefix is the path of start_date and end_date up to them, as "statements.".
func CheckDays(prefix, from, to string) (Days, error) {
	if from > to {
		return Days{}, plaiderr.InvalidField(prefix + "start_date must not be after " + prefix + "end_date")
	}
	return Days{From: models.Date(from), To: models.Date(to)}, nil
}

// statementMonths is of how many months statements can be asked for at a time.
const statementMonths = 24

// CheckStatements is CheckDays of statements, which returns INVALID_FIELD for more than
// two years, too.
func CheckStatements(prefix, from, to string) (Days, error) {
	days, err := CheckDays(prefix, from, to)
	if err == nil && days.To > days.From.AddMonths(statementMonths) {
		err = plaiderr.InvalidField(prefix + "start_date and " + prefix + "end_date must be at most two years apart")
	}
	return days, err
}

// CheckCompletion returns INVALID_FIELD unless a hosted page's
// completion_redirect_uri leads to a place: a page of the web, or an app by a
// scheme of its own. One that a browser would run on Link's own page does not.
func CheckCompletion(uri string) error {
	u, err := url.Parse(uri)
	if err != nil || slices.Contains(notPlaces, u.Scheme) || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https") {
		return plaiderr.InvalidField("hosted_link.completion_redirect_uri must be an absolute URL")
	}
	return nil
}

// notPlaces are schemes of what a browser makes a page of without leaving the one it is at.
var notPlaces = []string{"", "about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"}

// IsLoopback reports whether a host is the machine that asks.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
