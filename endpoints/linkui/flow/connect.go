package flow

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// consent goes on once the person knows what is asked of him.
func (w *walk) consent(ctx context.Context) error {
	if w.st.Institution != nil {
		return w.begin(ctx)
	}
	w.enter(PaneInstitution)
	return nil
}

// noteSearch tells of what was typed to find an institution, once for each text.
func (w *walk) noteSearch() {
	query := clip(w.in.Query)
	if query == "" || query == w.st.Query || w.st.Pane != PaneInstitution {
		return
	}
	w.st.Query = query
	w.emit(eventSearch, func(m *linksession.Metadata) { m.SearchQuery = query })
}

// choose goes to an institution.
func (w *walk) choose(ctx context.Context) error {
	w.noteSearch()
	in, ok := w.offered(models.InstitutionID(w.in.Institution))
	if !ok {
		return nil
	}
	w.setInstitution(in)
	switch {
	case len(in.Lacking(w.token.Products)) > 0:
		w.emit(eventFiltered)
		return w.fail(ctx, plaiderr.ProductsNotSupported(in.Lacking(w.token.Products)...))
	case in.Unavailable == string(providers.InstitutionDown):
		w.emit(eventDown)
		return w.fail(ctx, plaiderr.New(plaiderr.InstitutionDown))
	case in.Health == models.Degraded:
		w.emit(eventDegraded)
		w.st.Pane, w.st.Since = PaneWarning, w.now
		return nil
	}
	return w.chose(ctx, in)
}

func (w *walk) choseAnyway(ctx context.Context) error {
	in, _, _ := w.Providers.Institution(w.st.Institution.ID)
	return w.chose(ctx, in)
}

// chose goes on with an institution. Who began with it on the app's own page hasn't
// been told yet what is asked of him.
func (w *walk) chose(ctx context.Context, in *models.Institution) error {
	if w.matched(in) {
		w.emit(eventMatched, func(m *linksession.Metadata) {
			m.MatchReason, m.RoutingNumber = "routing_number", w.token.RoutingNumber
		})
	}
	w.emit(eventSelect)
	if w.st.Embedded && len(w.session.Results) == 0 {
		w.enter(PaneConsent)
		return nil
	}
	return w.begin(ctx)
}

// begin begins to connect.
func (w *walk) begin(ctx context.Context) error {
	var mend *store.Head
	products := w.products(nil)
	if w.token.Update != nil {
		h, err := w.item(ctx)
		if err != nil {
			return w.fail(ctx, err)
		}
		mend, products = h, h.Item.Products
	}
	w.st.OAuth, w.st.Accounts = nil, nil
	w.st.ReturnState = w.IDs.UUID()
	c, err := w.Ledger.BeginConnect(ctx, w.st.Institution.ID, products, ledger.ConnectOptions{
		Mend: mend, ChooseAccounts: mend != nil && w.chooses(), ReturnURL: w.returnURL(),
	})
	if err != nil {
		return w.fail(ctx, err)
	}
	return w.ask(ctx, c)
}

// products are those that the Item is to have of its institution: what the app
// must have, and of the rest what the institution has and an account chosen is good for.
func (w *walk) products(chosen []models.Account) []models.Product {
	in, _, _ := w.Providers.Institution(w.st.Institution.ID)
	out := slices.Clone(w.token.Products)
	for _, p := range slices.Concat(w.token.RequiredIfSupported, w.token.Optional) {
		if slices.Contains(in.Products, p) && (chosen == nil || slices.ContainsFunc(chosen, func(a models.Account) bool { return suits(&a, p) })) {
			out = append(out, p)
		}
	}
	return out
}

// ask shows what a connection asks for, or goes on where it asks for nothing more.
func (w *walk) ask(ctx context.Context, c *ledger.Connection) error {
	sealed, err := w.Ledger.SealConnection(w.session.Client, c)
	if err != nil {
		return err
	}
	w.st.Connection, w.st.Kind, w.st.Failure = sealed, c.Step.Kind, nil
	switch c.Step.Kind {
	case providers.StepDone:
		return w.connected(ctx, c)
	case providers.StepRedirect:
		return w.offerOAuth(ctx)
	}
	w.enter(PaneAnswer)
	return nil
}

// connection opens the connection.
func (w *walk) connection() (*ledger.Connection, error) {
	return w.Ledger.OpenConnection(w.session.Client, w.st.Connection)
}

// answer hands on what the person entered.
func (w *walk) answer(ctx context.Context) error {
	if w.token.Locked() { // in another of its sessions
		return w.fail(ctx, plaiderr.UnknownLinkToken())
	}
	c, err := w.connection()
	if err != nil {
		return err
	}
	mfaType := mfaTypes[w.st.Kind]
	switch {
	case mfaType != "":
		w.emit(eventMFA, func(m *linksession.Metadata) { m.MFAType = mfaType })
	case w.st.Kind == providers.StepUpload:
		w.emit(eventDocuments)
	default:
		w.emit(eventCredentials)
	}
	w.loading()
	next, err := w.Ledger.ContinueConnect(ctx, c, w.in.Answers, w.in.File)
	upload := w.st.Kind == providers.StepUpload
	if err != nil {
		if upload {
			w.emit(eventDocumentsBad)
		}
		return w.fail(ctx, err)
	}
	if upload {
		w.emit(eventDocumentsGood)
	}
	return w.ask(ctx, next)
}

// retry begins anew at the same institution.
func (w *walk) retry(ctx context.Context) error {
	if !w.canRetry() {
		return nil
	}
	return w.begin(ctx)
}

// canRetry reports whether the same institution may do better another time.
func (w *walk) canRetry() bool {
	if w.st.Institution == nil || w.st.Failure == nil || w.st.unsupported() {
		return false
	}
	switch w.st.Failure.Code {
	case "INVALID_LINK_TOKEN", "ITEM_NOT_FOUND", "INSTITUTION_DOWN":
		return false
	}
	return true
}

// goBack goes to the institutions, where there is a choice of them.
func (w *walk) goBack(context.Context) error {
	if !w.canGoBack() {
		return nil
	}
	w.startOver()
	return nil
}

// canGoBack reports whether another institution can be chosen.
func (w *walk) canGoBack() bool {
	return w.token.Update == nil && w.token.Institution == "" && !w.token.Locked()
}

// startOver shows the institutions.
func (w *walk) startOver() {
	w.st.Institution, w.st.Connection, w.st.Kind, w.st.Failure = nil, nil, "", nil
	w.st.OAuth, w.st.Accounts, w.st.Query, w.st.Unchosen = nil, nil, "", false
	w.enter(PaneInstitution)
}
