package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gingham-dev/gingham/conformance/proxy"
)

// expectedToPass are the tests of what this version serves.
var expectedToPass = []string{
	"TestAccountsGet",
	"TestAssetReportFullFlow",
	"TestAuthGet",
	"TestBalancesGet",
	"TestCategoriesGet",
	"TestEnrichGet",
	"TestHoldingsGet",
	"TestIdentityGet",
	"TestInstitutionsGet",
	"TestInstitutionsGetById",
	"TestInstitutionsSearch",
	"TestInvestmentsAuthGet",
	"TestInvestmentsTransactionsGet",
	"TestItemAccessTokenInvalidate",
	"TestItemGet",
	"TestItemImportWithOptions",
	"TestItemImportWithoutOptions",
	"TestItemPublicTokenCreate",
	"TestItemPublicTokenExchange",
	"TestItemRemove",
	"TestItemWebhookUpdate",
	"TestJsonUnmarshal",
	"TestLiabilitiesGet",
	"TestLinkTokenCreateOptional",
	"TestLinkTokenCreateRequired",
	"TestLinkTokenCreateThenGet",
	"TestLinkTokenCreateThenGet_ExtendedAuth",
	"TestMakeGenericOpenAPIError",
	"TestProcessorCreateApexToken",
	"TestProcessorCreateDwollaToken",
	"TestSandboxIncomeVerificationItem", // skips itself
	"TestSandboxItemResetLogin",
	"TestStatementsFullFlow",
	"TestTransactionsGet",
	"TestTransactionsGetWithOptions",
	"TestTransactionsRefresh",
	"TestUnknownEnums",
	"TestWebhookVerificationKeyGet",
}

// expectedToBeRefused are the tests of what it doesn't. They fail, by an error
// that says so.
var expectedToBeRefused = []string{
	"TestBankTransferBalanceGet",
	"TestBankTransferCancel",
	"TestBankTransferCreate",
	"TestBankTransferEventList",
	"TestBankTransferEventSync",
	"TestBankTransferGet",
	"TestBankTransferList",
	"TestBankTransferMigrateAccount",
	"TestIdentityVerification",
	"TestMonitor",
	"TestPayStubsGet",
	"TestPaymentRecipientGet",
	"TestPaymentWithBacs",
	"TestPaymentWithBacsAndIban",
	"TestPreCheck",
}

// difference says how a result is not what was expected, or "".
func difference(r result) string {
	if slices.Contains(expectedToPass, r.name) {
		if r.outcome == failed {
			return "should pass"
		}
		return ""
	}
	if r.outcome != failed {
		return "passes; move it to expectedToPass"
	}
	refusals := 0
	for _, x := range r.exchanges {
		switch {
		case x.Status == http.StatusOK:
		case x.Status >= 400 && x.Status < 500 && x.Status != http.StatusNotFound && x.ErrorType != "" && x.ErrorCode != "":
			refusals++
		default:
			return fmt.Sprintf("%s answered %d, which is no clear error", x.Path, x.Status)
		}
	}
	if refusals == 0 {
		return "failed without having been refused anything"
	}
	return ""
}

// report prints a table and returns how many results are not what was expected.
func report(w io.Writer, results []result, verbose bool) int {
	differences := 0
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range results {
		diff := difference(r)
		mark := "ok"
		if diff != "" {
			mark = "DIFFERS: " + diff
			differences++
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d requests\t%s\t%s\n", r.name, r.outcome,
			r.elapsed.Round(time.Millisecond), len(r.exchanges), refusal(r.exchanges), mark)
	}
	_ = table.Flush()
	for _, r := range results {
		if verbose || difference(r) != "" {
			_, _ = fmt.Fprintf(w, "\n=== %s\n%s\n", r.name, strings.TrimSpace(r.output))
			for _, x := range r.exchanges {
				if x.Status != http.StatusOK {
					_, _ = fmt.Fprintf(w, "%s %s\n%d %s\n", x.Path, x.Request, x.Status, x.Reply)
				}
			}
		}
	}
	return differences
}

// refusal names the first error among exchanges.
func refusal(exchanges []proxy.Exchange) string {
	for _, x := range exchanges {
		if x.Status != http.StatusOK {
			return fmt.Sprintf("%d %s/%s", x.Status, x.ErrorType, x.ErrorCode)
		}
	}
	return ""
}
