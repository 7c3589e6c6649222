package institutions

import (
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// with is what of an institution a request asks for besides the basics.
type with struct{ metadata, auth, payments, status bool }

func isSet(flag *bool) bool { return flag != nil && *flag }

func (w with) all(list []*institution) []plaid.Institution {
	out := make([]plaid.Institution, len(list))
	for i, in := range list {
		out[i] = w.one(in)
	}
	return out
}

// one renders an institution. The URL, the colour and the logo are null unless
// asked for; the other extras are absent unless asked for, and null where the
// institution has no such thing.
func (w with) one(in *institution) plaid.Institution {
	out := plaid.Institution{
		CountryCodes: in.Countries, DtcNumbers: in.DTCNumbers, InstitutionID: string(in.ID),
		Logo: wire.Null[string](), Name: in.Name, OAuth: in.OAuth, PrimaryColor: wire.Null[string](),
		Products: in.products, RoutingNumbers: in.RoutingNumbers, URL: wire.Null[string](),
	}
	if out.DtcNumbers == nil {
		out.DtcNumbers = []string{} // would be left out
	}
	if w.metadata {
		out.Logo = wire.Some(in.logo.base64(in.folded, in.PrimaryColor))
		out.PrimaryColor, out.URL = wire.Some(in.PrimaryColor), wire.Some(in.URL)
	}
	if w.auth {
		out.AuthMetadata = authMetadata(in)
	}
	if w.payments {
		out.PaymentInitiationMetadata = payments(in)
	}
	if w.status {
		out.Status = show.InstitutionStatus(in.Institution)
	}
	return out
}

func authMetadata(in *institution) wire.Opt[plaid.AuthMetadata] {
	ways := plaid.AuthSupportedMethods{
		AutomatedMicroDeposits: in.AutomatedMicroDeposits, InstantAuth: in.InstantAuth,
		InstantMatch: in.InstantMatch, InstantMicroDeposits: in.InstantMicroDeposits,
	}
	if ways == (plaid.AuthSupportedMethods{}) {
		return wire.Null[plaid.AuthMetadata]()
	}
	return wire.Some(plaid.AuthMetadata{SupportedMethods: &ways})
}

// payments tells what payments an institution takes. Standing orders are a
// product of its own; payments from abroad and SEPA belong to the euro.
func payments(in *institution) wire.Opt[plaid.PaymentInitiationMetadata] {
	if !in.PaymentInitiation {
		return wire.Null[plaid.PaymentInitiationMetadata]()
	}
	british := slices.Contains(in.Countries, "GB")
	out := plaid.PaymentInitiationMetadata{
		SupportsInternationalPayments: !british, SupportsSepaInstant: !british,
		SupportsRefundDetails: true, SupportsPaymentConsents: british,
		MaximumPaymentAmount: map[string]string{"EUR": "1000000"},
	}
	if british {
		out.MaximumPaymentAmount = map[string]string{"GBP": "1000000"}
	}
	if slices.Contains(in.products, "standing_orders") {
		out.StandingOrderMetadata = &plaid.PaymentInitiationStandingOrderMetadata{
			SupportsStandingOrderEndDate:               true,
			SupportsStandingOrderNegativeExecutionDays: false,
			ValidStandingOrderIntervals:                []string{"WEEKLY", "MONTHLY"},
		}
	}
	return wire.Some(out)
}
