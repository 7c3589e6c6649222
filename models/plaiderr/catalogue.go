package plaiderr

import "slices"

// Code is a line of the catalogue.
type Code struct {
	group   group
	name    string
	status  int
	message string
	display string
}

// group is an error_type and where Plaid documents it.
type group struct{ errorType, slug string }

// Type returns error_type.
func (c *Code) Type() string { return c.group.errorType }

// Name returns error_code.
func (c *Code) Name() string { return c.name }

// Status returns the HTTP status.
func (c *Code) Status() int { return c.status }

// line makes a line of the catalogue: a display message at most follows.
func line(g group, name string, status int, message string, display ...string) *Code {
	c := &Code{group: g, name: name, status: status, message: message}
	if len(display) > 0 {
		c.display = display[0]
	}
	lines = append(lines, c)
	return c
}

// lines are all lines of the catalogue; only line appends to it, while the
// package's variables are being set.
var lines []*Code

// Codes returns the whole catalogue.
func Codes() []*Code { return slices.Clone(lines) }

var (
	apiGroup         = group{"API_ERROR", "api-errors"}
	assetGroup       = group{"ASSET_REPORT_ERROR", "assets-errors"}
	depositGroup     = group{"BANK_TRANSFER_ERROR", "microdeposits-errors"}
	incomeGroup      = group{"INCOME_VERIFICATION_ERROR", "income-errors"}
	inputGroup       = group{"INVALID_INPUT", "invalid-input-errors"}
	institutionGroup = group{"INSTITUTION_ERROR", "institution-errors"}
	itemGroup        = group{"ITEM_ERROR", "item-errors"}
	limitGroup       = group{"RATE_LIMIT_EXCEEDED", "rate-limit-exceeded-errors"}
	oauthGroup       = group{"OAUTH_ERROR", "oauth-errors"}
	paymentGroup     = group{"PAYMENT_ERROR", "payment-errors"}
	recaptchaGroup   = group{"RECAPTCHA_ERROR", "recaptcha-errors"}
	requestGroup     = group{"INVALID_REQUEST", "invalid-request-errors"}
	resultGroup      = group{"INVALID_RESULT", "invalid-result-errors"}
	sandboxGroup     = group{"SANDBOX_ERROR", "sandbox-errors"}
	syncGroup        = group{"TRANSACTIONS_ERROR", "transactions-errors"}
	userGroup        = group{"USER_ERROR", "user-errors"}
	userInputGroup   = group{"USER_ERROR", "invalid-input-errors"}
)

const (
	tooMany      = "rate limit exceeded for attempts to access this item. please try again later"
	notAnswering = "this institution is not currently responding to this request. please try again soon"
	seeItemDocs  = " associated with this Item. See https://plaid.com/docs/api/#item-errors for more"
	notYetReady  = "the requested product is not yet ready. please provide a webhook or try the request again later"
)

// The catalogue. A code that occurs in several types has the type in its name.
var (
	InternalServerError = line(apiGroup, "INTERNAL_SERVER_ERROR", 500, "an unexpected error occurred")
	PlannedMaintenance  = line(apiGroup, "PLANNED_MAINTENANCE", 503, "the Plaid API is temporarily unavailable due to planned maintenance. visit https://status.plaid.com/ for more information")

	IncompatibleAPIVersion = line(requestGroup, "INCOMPATIBLE_API_VERSION", 400, "The public_key cannot be used for this endpoint as of version 2020-09-14 of the API. Please use the client_id and secret instead.")
	InvalidAccountNumber   = line(requestGroup, "INVALID_ACCOUNT_NUMBER", 400, "The provided account number was invalid.")
	InvalidBody            = line(requestGroup, "INVALID_BODY", 400, "body could not be parsed as JSON")
	InvalidConfiguration   = line(requestGroup, "INVALID_CONFIGURATION", 400, "please ensure that the request body is formatted correctly")
	InvalidFieldCode       = line(requestGroup, "INVALID_FIELD", 400, "a field of the request has an invalid value")
	InvalidHeaders         = line(requestGroup, "INVALID_HEADERS", 400, "a header of the request has an invalid value")
	MissingFieldsCode      = line(requestGroup, "MISSING_FIELDS", 400, "required fields are missing")
	NoLongerAvailable      = line(requestGroup, "NO_LONGER_AVAILABLE", 404, "This endpoint has been discontinued as of version 2020-09-14 of the API.")
	NotFound               = line(requestGroup, "NOT_FOUND", 404, "not found")
	SandboxOnlyCode        = line(requestGroup, "SANDBOX_ONLY", 400, "this endpoint is only available in the sandbox environment")
	UnknownFieldsCode      = line(requestGroup, "UNKNOWN_FIELDS", 400, "the request has fields that are not recognized by this endpoint")

	AdditionalConsentRequired   = line(inputGroup, "ADDITIONAL_CONSENT_REQUIRED", 400, "client does not have user consent to access the product")
	DirectIntegrationNotEnabled = line(inputGroup, "DIRECT_INTEGRATION_NOT_ENABLED", 400, "your client ID is only authorized to use Plaid Link. head to the docs (https://plaid.com/docs) to get started.")
	IncorrectDeposit            = line(inputGroup, "INCORRECT_DEPOSIT_VERIFICATION", 400, "the deposit verification provided was not correct")
	InvalidAccessToken          = line(inputGroup, "INVALID_ACCESS_TOKEN", 400, "could not find matching access token")
	InvalidAccountID            = line(inputGroup, "INVALID_ACCOUNT_ID", 400, "failed to find requested account ID for requested item")
	InvalidAPIKeys              = line(inputGroup, "INVALID_API_KEYS", 400, "invalid client_id or secret provided")
	InvalidAssetReportToken     = line(inputGroup, "INVALID_ASSET_REPORT_TOKEN", 400, "could not find matching asset report token")
	InvalidAuditCopyToken       = line(inputGroup, "INVALID_AUDIT_COPY_TOKEN", 400, "could not find matching audit copy token")
	InvalidInstitution          = line(inputGroup, "INVALID_INSTITUTION", 400, "invalid institution_id provided")
	InvalidLinkCustomization    = line(inputGroup, "INVALID_LINK_CUSTOMIZATION", 400, "requested link customization is not set to update account selection")
	InvalidLinkToken            = line(inputGroup, "INVALID_LINK_TOKEN", 400, "invalid link_token provided")
	InvalidProcessorToken       = line(inputGroup, "INVALID_PROCESSOR_TOKEN", 400, "could not find matching processor token")
	InvalidProduct              = line(inputGroup, "INVALID_PRODUCT", 400, "client is not authorized to access the requested products")
	InvalidPublicToken          = line(inputGroup, "INVALID_PUBLIC_TOKEN", 400, "could not find matching public token")
	InvalidStripeAccount        = line(inputGroup, "INVALID_STRIPE_ACCOUNT", 400, "the Stripe account could not be found or is not connected")
	InvalidUserID               = line(inputGroup, "INVALID_USER_ID", 400, "user.user_id must be a non-empty string")
	InvalidUserToken            = line(inputGroup, "INVALID_USER_TOKEN", 400, "could not find matching user token")
	InvalidWebhookKeyID         = line(inputGroup, "INVALID_WEBHOOK_VERIFICATION_KEY_ID", 400, "invalid key_id provided. note that key_ids are specific to Plaid environments, and verification requests must be made to the same environment that the webhook was sent from")
	TooManyVerificationAttempts = line(inputGroup, "TOO_MANY_VERIFICATION_ATTEMPTS", 400, "too many verification attempts were made for this account")
	UnauthorizedEnvironment     = line(inputGroup, "UNAUTHORIZED_ENVIRONMENT", 400, "you are not authorized to create items in this api environment. Go to the Dashboard (https://dashboard.plaid.com) to see which environments you are authorized for.")
	UnauthorizedRouteAccess     = line(inputGroup, "UNAUTHORIZED_ROUTE_ACCESS", 400, "you are not authorized to access this route in this api environment.")
	UserPermissionRevoked       = line(inputGroup, "USER_PERMISSION_REVOKED", 400, "the holder of this account has revoked their permission for your application to access it")
	InvalidUserIdentityData     = line(userInputGroup, "INVALID_USER_IDENTITY_DATA", 403, "the identity data of the user is invalid")

	LastUpdatedOutOfRange = line(resultGroup, "LAST_UPDATED_DATETIME_OUT_OF_RANGE", 400, "requested datetime out of range")
	ImportInvalidMFA      = line(resultGroup, "PLAID_DIRECT_ITEM_IMPORT_RETURNED_INVALID_MFA", 400, "Plaid Direct Item Imports should not result in MFA.")

	AccessNotGranted           = line(itemGroup, "ACCESS_NOT_GRANTED", 400, "access to this product was not granted for the account", "Permission that this needs was not given at your bank. Connect again and allow it.")
	InstantMatchFailed         = line(itemGroup, "INSTANT_MATCH_FAILED", 400, "Item cannot be verified through Instant Match. Ensure you are correctly enabling all auth features in Link.")
	InsufficientCredentials    = line(itemGroup, "INSUFFICIENT_CREDENTIALS", 400, "insufficient authorization was provided to complete the request", "Signing in at your bank was not finished. Please try again.")
	InvalidCredentials         = line(itemGroup, "INVALID_CREDENTIALS", 400, "the provided credentials were not correct", "Those sign-in details did not work. Please check them and try again.")
	InvalidMFA                 = line(itemGroup, "INVALID_MFA", 400, "the provided MFA response(s) were not correct", "That answer was not right. Please try again.")
	InvalidSendMethod          = line(itemGroup, "INVALID_SEND_METHOD", 400, "the provided MFA send_method was invalid")
	InvalidPhoneNumber         = line(itemGroup, "INVALID_PHONE_NUMBER", 400, "the provided phone number was invalid", "That phone number can't be used. Please check it.")
	InvalidOTP                 = line(itemGroup, "INVALID_OTP", 400, "the provided OTP was invalid", "That code was not right. Please try again.")
	InvalidUpdatedUsername     = line(itemGroup, "INVALID_UPDATED_USERNAME", 400, "the username provided to /item/credentials/update does not match the original username for the item")
	ItemConcurrentlyDeleted    = line(itemGroup, "ITEM_CONCURRENTLY_DELETED", 400, "This item was deleted while the operation was in progress")
	ItemLocked                 = line(itemGroup, "ITEM_LOCKED", 400, "the account is locked. prompt the user to visit the institution's site and unlock their account", "Your bank has locked this account. Unlock it on your bank's site, then try again.")
	ItemLoginRequired          = line(itemGroup, "ITEM_LOGIN_REQUIRED", 400, "the login details of this item have changed (credentials, MFA, or required user action) and a user login is required to update this information. use Link's update mode to restore the item to a good state")
	ItemNotFound               = line(itemGroup, "ITEM_NOT_FOUND", 400, "The Item you requested cannot be found. This Item does not exist, has been previously removed via /item/remove, or has had access removed by the user.")
	ItemNotSupported           = line(itemGroup, "ITEM_NOT_SUPPORTED", 400, "this account is currently not supported", "This kind of account can't be connected at this bank yet.")
	ManualVerificationRequired = line(itemGroup, "MANUAL_VERIFICATION_REQUIRED", 400, "This Item could not be automatically verified. The user must manually verify their account through a separate Link session using the existing access token and with 'investments_auth' initialized in the 'products' array.")
	MFANotSupported            = line(itemGroup, "MFA_NOT_SUPPORTED", 400, "this account requires a MFA type that we do not currently support for the institution", "This account signs in with a security step that is not supported here.")
	NoAccounts                 = line(itemGroup, "NO_ACCOUNTS", 400, "no valid accounts were found for this item", "No accounts that can be connected were found. Check on your bank's site that you have one.")
	NoAuthAccounts             = line(itemGroup, "NO_AUTH_ACCOUNTS", 400, "There are no valid checking or savings account(s)"+seeItemDocs+".")
	NoInvestmentAccounts       = line(itemGroup, "NO_INVESTMENT_ACCOUNTS", 400, "There are no valid investment account(s)"+seeItemDocs+" information.")
	NoInvestmentAuthAccounts   = line(itemGroup, "NO_INVESTMENT_AUTH_ACCOUNTS", 400, "There are no valid investment account(s)"+seeItemDocs+" information.")
	NoLiabilityAccounts        = line(itemGroup, "NO_LIABILITY_ACCOUNTS", 400, "There are no valid liability account(s)"+seeItemDocs+" information.")
	PasswordResetRequired      = line(itemGroup, "PASSWORD_RESET_REQUIRED", 400, "user must reset their password", "Your bank asks for a new password. Set one on its site, then try again.")
	ProductNotEnabled          = line(itemGroup, "PRODUCT_NOT_ENABLED", 400, "A requested product was not enabled for the current access token. Please ensure it is included when when initializing Link and create the Item again.")
	ProductNotReady            = line(itemGroup, "PRODUCT_NOT_READY", 400, notYetReady)
	ProductsNotSupportedCode   = line(itemGroup, "PRODUCTS_NOT_SUPPORTED", 400, "the requested products are not supported by this institution")
	UserSetupRequired          = line(itemGroup, "USER_SETUP_REQUIRED", 400, "the account has not been fully set up. prompt the user to visit the issuing institution's site and finish the setup process", "This account is not fully set up. Finish that on your bank's site, then try again.")
	UserInputTimeout           = line(itemGroup, "USER_INPUT_TIMEOUT", 400, "user must retry this operation", "This took too long. Please try again.")

	CountryNotSupported             = line(institutionGroup, "COUNTRY_NOT_SUPPORTED", 400, "the country of this institution is currently not supported", "Banks of this country can't be connected yet.")
	InstitutionDown                 = line(institutionGroup, "INSTITUTION_DOWN", 400, notAnswering, "This bank can't be reached right now. Please try again later.")
	InstitutionNotEnabled           = line(institutionGroup, "INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT", 400, "Institution not enabled in this environment")
	InstitutionNotResponding        = line(institutionGroup, "INSTITUTION_NOT_RESPONDING", 400, notAnswering, "This bank is not answering right now. Please try again later.")
	InstitutionNotAvailable         = line(institutionGroup, "INSTITUTION_NOT_AVAILABLE", 400, notAnswering, "This bank is not available right now. Please try again later.")
	InstitutionNoLongerSupported    = line(institutionGroup, "INSTITUTION_NO_LONGER_SUPPORTED", 400, "this institution is no longer supported", "This bank can't be connected any more.")
	InstitutionUnauthorized         = line(institutionGroup, "UNAUTHORIZED_INSTITUTION", 400, "not authorized to create items for this institution", "This app may not connect to this bank at present.")
	InstitutionRegistrationRequired = line(institutionGroup, "INSTITUTION_REGISTRATION_REQUIRED", 400, "not yet registered to create items for this institution", "This app has to be registered with this bank before you can connect to it.")
	UnsupportedResponse             = line(institutionGroup, "UNSUPPORTED_RESPONSE", 400, "the data returned from the financial institution is not valid", "This bank sent something that can't be read. Please try again later.")

	SyncMutation = line(syncGroup, "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION", 400, "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.")

	SandboxProductNotEnabled = line(sandboxGroup, "SANDBOX_PRODUCT_NOT_ENABLED", 400, "The product is not enabled on this item")
	SandboxWebhookInvalid    = line(sandboxGroup, "SANDBOX_WEBHOOK_INVALID", 400, "Webhook for this item is either not set up, or invalid. Please update the item's webhook and try again.")
	UserNotFound             = line(userGroup, "USER_NOT_FOUND", 400, "The User you requested cannot be found. This User does not exist or has had access removed by the user.")
	RecaptchaRequired        = line(recaptchaGroup, "RECAPTCHA_REQUIRED", 400, "This request requires additional verification. Please resubmit the request after completing the challenge")
	RecaptchaBad             = line(recaptchaGroup, "RECAPTCHA_BAD", 400, "The provided challenge response was denied. Please try again")
	DepositBlocked           = line(depositGroup, "BANK_TRANSFER_ACCOUNT_BLOCKED", 400, "bank transfer was blocked due to a previous ACH return on this account")

	IncorrectOAuthNonce          = line(oauthGroup, "INCORRECT_OAUTH_NONCE", 400, "nonce does not match")
	IncorrectLinkToken           = line(oauthGroup, "INCORRECT_LINK_TOKEN", 400, "link token does not match original link token")
	OAuthStateIDAlreadyProcessed = line(oauthGroup, "OAUTH_STATE_ID_ALREADY_PROCESSED", 208, "the provided oauth_state_id was already processed")
	OAuthStateIDNotFound         = line(oauthGroup, "OAUTH_STATE_ID_NOT_FOUND", 404, "the provided oauth_state_id wasn't found")
)
