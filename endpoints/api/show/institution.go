package show

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// healthSince is since when institutions fare as they do: that of the sandbox's never changes.
var healthSince = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// InstitutionStatus renders how an institution fares, by kind of work; null where nobody knows.
func InstitutionStatus(in *models.Institution) wire.Opt[plaid.InstitutionStatus] {
	whole := decimal.NewFromInt(1)
	var success decimal.Decimal
	var interval string
	switch in.Health {
	case models.Healthy:
		success, interval = whole, "NORMAL"
	case models.Degraded:
		success, interval = decimal.New(7, -1), "DELAYED"
	case models.Down:
		interval = "STOPPED"
	default:
		return wire.Null[plaid.InstitutionStatus]()
	}
	work := plaid.ProductStatus{
		Status: string(in.Health), LastStatusChange: healthSince,
		Breakdown: plaid.ProductStatusBreakdown{Success: success, ErrorInstitution: whole.Sub(success)},
	}
	updates := work
	updates.Breakdown.RefreshInterval = &interval
	return wire.Some(plaid.InstitutionStatus{
		ItemLogins: wire.Some(work), TransactionsUpdates: wire.Some(updates), Auth: wire.Some(work), Identity: wire.Some(work),
		Investments: wire.Some(work), InvestmentsUpdates: wire.Some(updates),
		Liabilities: wire.Some(work), LiabilitiesUpdates: wire.Some(updates), HealthIncidents: wire.Null[[]plaid.HealthIncident](),
	})
}
