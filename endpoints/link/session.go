package link

import (
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// session renders a session as it stands now: its events newest first, and, as
// Plaid still does, its only result or its exit once more by their old names.
func session(s *linksession.Session, multi bool, now time.Time) plaid.LinkTokenGetSessionsResponse {
	out := plaid.LinkTokenGetSessionsResponse{
		LinkSessionID: s.ID, StartedAt: &s.StartedAt, Events: make([]plaid.LinkEvent, 0, len(s.Events)),
		FinishedAt: wire.Null[time.Time](), Exit: wire.Null[plaid.LinkSessionExit](),
		OnExit: wire.Null[plaid.LinkSessionExitDeprecated](), OnSuccess: wire.Null[plaid.LinkSessionSuccess](),
		Results: wire.Null[plaid.LinkSessionResults](),
	}
	if end := s.EndedAt(now); !end.IsZero() {
		out.FinishedAt = wire.Some(end)
	}
	for _, e := range slices.Backward(s.Events) {
		out.Events = append(out.Events, e.Wire())
	}
	if len(s.Results) > 0 {
		out.Results = wire.Some(results(s.Results))
		if !multi {
			out.OnSuccess = wire.Some(success(s))
		}
	}
	if s.Exit != nil {
		exit := exit(s)
		out.Exit = wire.Some(exit)
		out.OnExit = wire.Some(plaid.LinkSessionExitDeprecated(exit))
	}
	return out
}

func results(list []linksession.Result) plaid.LinkSessionResults {
	out := plaid.LinkSessionResults{
		BankIncomeResults: []plaid.LinkSessionBankIncomeResult{}, CRAItemAddResults: []plaid.LinkSessionCRAItemAddResult{},
		CRAUpdateResults: []plaid.LinkSessionCRAUpdateResult{}, PayrollIncomeResults: []plaid.LinkSessionPayrollIncomeResult{},
		ItemAddResults: make([]plaid.LinkSessionItemAddResult, len(list)),
	}
	for i := range list {
		r := &list[i]
		in := institution(&r.Institution)
		out.ItemAddResults[i] = plaid.LinkSessionItemAddResult{
			PublicToken: r.PublicToken, Accounts: accounts(r.Accounts), Institution: &in,
		}
	}
	return out
}

func success(s *linksession.Session) plaid.LinkSessionSuccess {
	r := &s.Results[len(s.Results)-1]
	return plaid.LinkSessionSuccess{
		PublicToken: r.PublicToken,
		Metadata: &plaid.LinkSessionSuccessMetadata{
			Accounts: accounts(r.Accounts), Institution: wire.Some(institution(&r.Institution)),
			LinkSessionID: &s.ID, TransferStatus: wire.Null[string](),
		},
	}
}

func exit(s *linksession.Session) plaid.LinkSessionExit {
	x := s.Exit
	out := plaid.LinkSessionExit{Metadata: &plaid.LinkSessionExitMetadata{
		LinkSessionID: &s.ID, RequestID: &x.RequestID, Status: wire.NilIfEmpty(x.Status),
		Institution: wire.Null[plaid.LinkSessionExitMetadataInstitution](),
	}}
	if x.Institution != nil {
		out.Metadata.Institution = wire.Some(plaid.LinkSessionExitMetadataInstitution(institution(x.Institution)))
	}
	if f := x.Failure; f != nil {
		out.Error = &plaid.PlaidError{
			ErrorType: f.Type, ErrorCode: f.Code, ErrorMessage: f.Message, DisplayMessage: wire.NilIfEmpty(f.Display),
		}
	}
	return out
}

func institution(in *linksession.Institution) plaid.LinkSessionSuccessMetadataInstitution {
	id := string(in.ID)
	return plaid.LinkSessionSuccessMetadataInstitution{InstitutionID: &id, Name: &in.Name}
}

func accounts(list []linksession.Account) []plaid.LinkSessionSuccessMetadataAccount {
	out := make([]plaid.LinkSessionSuccessMetadataAccount, len(list))
	for i := range list {
		a := &list[i]
		id := string(a.ID)
		out[i] = plaid.LinkSessionSuccessMetadataAccount{
			ID: &id, Name: &a.Name, Mask: wire.OrNull(wire.NilIfEmpty(a.Mask)), Type: &a.Type, Subtype: &a.Subtype,
			VerificationStatus: wire.OrNull(wire.NilIfEmpty(a.Verification)), ClassType: wire.Null[string](),
		}
	}
	return out
}
