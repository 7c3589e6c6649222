package wire

// Request is what every generated request is.
type Request interface {
	// DecodeJSON reads the request and notes in the Decoder what is wrong with it.
	DecodeJSON(d *Decoder)
}

// Value is what every generated type that occurs in a response is.
type Value interface {
	// AppendJSON appends the value as JSON.
	AppendJSON(b []byte) []byte
}

// Response is what every generated response is.
type Response interface {
	Value
	// SetRequestID sets request_id.
	SetRequestID(id string)
}

// Authenticated is a request that takes credentials in its body.
type Authenticated interface {
	// APIKeys returns the credentials in the body, empty where it had none and a
	// header must have them.
	APIKeys() *Credentials
}

// ItemScoped is a request that takes an Item's access_token. If the request
// requires one and the body had none, the Report lists access_token as missing;
// a caller that finds the token elsewhere sets it and removes it from the list.
type ItemScoped interface {
	// TokenAccess returns the token, empty if the body had none.
	TokenAccess() *string
}

// ProcessorScoped is a request that takes a processor_token, in the manner of
// ItemScoped.
type ProcessorScoped interface {
	// TokenProcessor returns the token, empty if the body had none.
	TokenProcessor() *string
}

// Credentials are embedded in requests that have client_id and secret.
type Credentials struct {
	ClientID string `json:"client_id,omitzero"`
	Secret   string `json:"secret,omitzero"`
}

// APIKeys implements Authenticated.
func (c *Credentials) APIKeys() *Credentials { return c }

// ItemAccess is embedded in requests that have access_token, required or not.
type ItemAccess struct {
	AccessToken string `json:"access_token,omitzero"`
}

// TokenAccess implements ItemScoped.
func (a *ItemAccess) TokenAccess() *string { return &a.AccessToken }

// ProcessorAccess is embedded in requests that have processor_token.
type ProcessorAccess struct {
	ProcessorToken string `json:"processor_token,omitzero"`
}

// TokenProcessor implements ProcessorScoped.
func (a *ProcessorAccess) TokenProcessor() *string { return &a.ProcessorToken }
