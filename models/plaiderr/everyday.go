package plaiderr

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
)

// InvalidField says in a whole sentence what is wrong with a value.
func InvalidField(message string) *Error {
	return New(InvalidFieldCode).saying(message)
}

// MissingFields names required fields that a request lacks, by dotted path.
func MissingFields(paths []string) *Error {
	return New(MissingFieldsCode).
		saying("the following required fields are missing: " + strings.Join(paths, ", "))
}

// UnknownFields names fields that an endpoint doesn't have, by dotted path.
func UnknownFields(paths []string) *Error {
	return New(UnknownFieldsCode).
		saying("the following fields are not recognized by this endpoint: " + strings.Join(paths, ", "))
}

// SandboxOnly says that a path is not served outside the sandbox.
func SandboxOnly(path string) *Error {
	return New(SandboxOnlyCode).
		saying("access to " + path + " is only available in the sandbox environment")
}

// ProductsNotSupported names products that an Item's institution lacks.
func ProductsNotSupported(products ...models.Product) *Error {
	return New(ProductsNotSupportedCode).
		saying("the following products are not supported by this institution: " + quoted(products))
}

// ProductsNotAuthorized names products that the client can't have here.
func ProductsNotAuthorized(products ...models.Product) *Error {
	return New(InvalidProduct).
		saying("client is not authorized to access the following products: " + quoted(products))
}

// ConsentRequired names a product that the person was not asked to agree to.
func ConsentRequired(p models.Product) *Error {
	return New(AdditionalConsentRequired).saying("client does not have user consent to access the PRODUCT_" +
		strings.ToUpper(string(p)) + " product")
}

// MalformedAccessToken: the token is not shaped like an access token.
func MalformedAccessToken() *Error { return malformed(InvalidAccessToken, "access") }

// UnknownAccessToken: there is no such token, or it is another client's.
func UnknownAccessToken() *Error { return New(InvalidAccessToken) }

// MalformedProcessorToken: the token is not shaped like a processor token.
func MalformedProcessorToken() *Error { return malformed(InvalidProcessorToken, "processor") }

// UnknownProcessorToken: there is no such token, or it is another client's.
func UnknownProcessorToken() *Error { return New(InvalidProcessorToken) }

// MalformedPublicToken: the token is not shaped like a public token.
func MalformedPublicToken() *Error { return malformed(InvalidPublicToken, "public") }

// UnknownPublicToken: there is no such token, or it is another client's.
func UnknownPublicToken() *Error { return New(InvalidPublicToken) }

// ExpiredPublicToken: the token is more than half an hour old.
func ExpiredPublicToken() *Error {
	return New(InvalidPublicToken).saying("provided public token is expired. " +
		"Public tokens expire 30 minutes after creation at which point they can no longer be exchanged")
}

// UnknownLinkToken: there is no such token, or it is expired or another client's.
func UnknownLinkToken() *Error { return New(InvalidLinkToken) }

// MalformedAssetReportToken: the token is not shaped like an asset report token.
func MalformedAssetReportToken() *Error {
	return New(InvalidAssetReportToken).saying("provided asset report token is in an invalid format. " +
		"expected format: assets-<environment>-<identifier>")
}

// UnknownAssetReportToken: there is no such token, its report was removed, or it is
// another client's.
func UnknownAssetReportToken() *Error { return New(InvalidAssetReportToken) }

// UnknownAuditCopyToken: there is no such token, or it is not for the client.
func UnknownAuditCopyToken() *Error { return New(InvalidAuditCopyToken) }

// UnknownRelayToken: there is no such token, or it is not for the client. Plaid
// documents no code of its own for it.
func UnknownRelayToken() *Error { return InvalidField("could not find matching relay token") }

// AssetsNotEnabled names access tokens, the caller's own, whose Items were linked
// without assets.
func AssetsNotEnabled(tokens []string) *Error {
	return New(AssetProductNotEnabled).saying("the 'assets' product is not enabled for the following access tokens: " +
		strings.Join(tokens, ", ") + ". please ensure that 'assets' is included in the 'product' array when " +
		"initializing Link and create the Item(s) again.")
}

// ItemRemoved: the token is good, but its Item is gone.
func ItemRemoved() *Error { return New(ItemNotFound) }

// OfItem returns the error that an Item is in. A code that the catalogue doesn't
// have, as from a newer version of the program, is InternalServerError.
func OfItem(state *models.ItemError) *Error {
	return Named(state.Code).WithReason(state.Reason)
}

// Named returns the error whose error_code is name: of several, the ITEM_ERROR.
// A name that the catalogue doesn't have is InternalServerError.
func Named(name string) *Error {
	var found *Code
	for _, c := range lines {
		if c.name == name && (found == nil || c.group == itemGroup) {
			found = c
		}
	}
	if found == nil {
		found = InternalServerError
	}
	return New(found)
}

func malformed(c *Code, kind string) *Error {
	return New(c).saying("provided " + kind + " token is in an invalid format. expected format: " +
		kind + "-<environment>-<identifier>")
}

// quoted lists products as Plaid does in messages: ["auth","identity"].
func quoted(products []models.Product) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, p := range products {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(string(p))
		b.WriteByte('"')
	}
	b.WriteByte(']')
	return b.String()
}
