package linkui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words is everything that Link says in a language. Verbs stand for what the
// comment of a field lists, in that order.
type words struct {
	// Code is the language's, as "en".
	Code string

	Close, Back, Continue, Show, Hide string
	// Step: the step, and how many there are.
	Step string
	// Working is said while a person waits, Offline when the server can't be reached.
	Working, Offline string
	// TestNotice: a username and a password that work.
	TestNotice string
	// ThisApp stands for an app whose name is too long.
	ThisApp string

	// Consent: the app.
	ConsentTitle, ConsentLead, ConsentSees, ConsentPromise, ConsentChoice string
	// ReconnectTitle: the institution; ReconnectLead: the institution, the app.
	ReconnectTitle, ReconnectLead string
	Products                      map[string]string

	InstitutionTitle, Search, Suggested string
	// Found: how many; FoundOne is one. NotFound: what was typed.
	Found, FoundOne, NotFound, NotFoundHelp, NotForThisApp string

	// WarningTitle and WarningText: the institution.
	WarningTitle, WarningText, ContinueAnyway, ChooseOther string

	// SignInTitle and SignInLead: the institution.
	SignInTitle, SignInLead, Username, Password string
	// TokenTitle and TokenLead: the institution.
	TokenTitle, TokenLead string
	// UploadLimit: a size in MB, the largest that is taken.
	UploadTitle, UploadLead, UploadLimit, File string
	// FileTitle and FileLead stand above what a file leaves open, and FileFields are the names of
	// the fields that ask for it. AnotherAccount is one that isn't connected yet.
	FileTitle, FileLead, AnotherAccount string
	FileFields                          map[string]string
	// DeviceLead and CodeLead: the institution.
	DeviceTitle, DeviceLead, Device, CodeTitle, CodeLead, CodeLabel string
	QuestionsTitle, QuestionsLead, SelectionsTitle, SelectionsLead  string

	// All of OAuth: the institution, and OAuthPromise: the app.
	OAuthTitle, OAuthLead, OAuthPromise, OAuthWaitTitle, OAuthWaitLead, OAuthAgain, OAuthDone, OAuthBackTitle string

	// AccountsLead: the app.
	AccountsTitle, AccountsLead, AccountsTitleOne, AccountsLegend, ChooseSome, ChooseOne, New, Ending string
	Subtypes                                                                                          map[string]string

	// ConnectedLead: the institution, the app.
	ConnectedTitle, ConnectedLead, AddAnother, NextItem, Finish string

	TryAgain string
	// Failures are by error code; their texts: the institution, or a word for it.
	Failures map[string]failure
	// YourBank stands for an institution that was not chosen yet.
	YourBank string

	// ExitTitle; ExitLead: the app.
	ExitTitle, ExitLead, Stay, Leave string

	// ReturnTo: the app.
	DoneTitle, DoneLead, LeftTitle, LeftLead, ReturnTo string

	GoneTitle, GoneText, TroubleTitle, TroubleText, NotAllowedTitle, NotAllowedText string
	// RequestLine: a request's id.
	RequestLine string

	Bank bankWords
}

// failure is what a person is told of an error.
type failure struct{ Title, Text string }

// bankWords are those of the sandbox's bank.
type bankWords struct {
	Notice string
	// SignInTitle: the institution; SignInLead: the app.
	SignInTitle, SignInLead, Outcome, Success, SignIn string
	// ShareTitle: the app; ShareLead: the app.
	ShareTitle, ShareLead, Accounts, Allow, Deny string
	// DoneLead: the app.
	DoneTitle, DoneLead, CloseWindow, GoBack string
}

// languages are the languages that Link speaks, by their codes.
var languages = map[string]*words{"en": &english, "es": &spanish, "fr": &french}

// wordsOf is a language, or English for one that Link doesn't speak.
func wordsOf(code string) *words {
	if w, ok := languages[code]; ok {
		return w
	}
	return &english
}

// failureOf is what a person is told of an error at an institution.
func (w *words) failureOf(code, institution string) failure {
	f, ok := w.Failures[code]
	if !ok {
		f = w.Failures["INTERNAL_SERVER_ERROR"]
	}
	if institution == "" {
		institution = w.YourBank
	}
	fill := func(text string) string {
		if !strings.Contains(text, "%") {
			return text
		}
		text = fmt.Sprintf(text, institution)
		first, size := utf8.DecodeRuneInString(text)
		return string(unicode.ToUpper(first)) + text[size:]
	}
	return failure{Title: fill(f.Title), Text: fill(f.Text)}
}

// product is what an app sees that has a product. One without words of its own is
// called by its name.
func (w *words) product(name string) string {
	if text, ok := w.Products[name]; ok {
		return text
	}
	return strings.ReplaceAll(name, "_", " ")
}

// subtype is the kind of an account.
func (w *words) subtype(name string) string {
	if text, ok := w.Subtypes[name]; ok {
		return text
	}
	return name
}
