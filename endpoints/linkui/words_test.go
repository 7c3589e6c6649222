package linkui

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"testing"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

// texts are all texts of a language, by their places.
func texts(v reflect.Value, place string, to map[string]string) {
	switch v.Kind() {
	case reflect.String:
		to[place] = v.String()
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), place+"."+v.Type().Field(i).Name, to)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(v.MapIndex(key), place+"["+key.String()+"]", to)
		}
	default:
		panic(fmt.Sprint("no text: ", v.Type()))
	}
}

var verb = regexp.MustCompile(`%[a-z]`)

// TestWords checks that no language lacks a text, and that texts say the same of
// the same things.
func TestWords(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	texts(reflect.ValueOf(english), "", want)
	for code, w := range languages {
		got := map[string]string{}
		texts(reflect.ValueOf(*w), "", got)
		if w.Code != code {
			t.Errorf("%s is %s", code, w.Code)
		}
		for place, text := range want {
			if got[place] == "" {
				t.Errorf("%s lacks %s", code, place)
			}
			if a, b := verb.FindAllString(text, -1), verb.FindAllString(got[place], -1); !reflect.DeepEqual(a, b) {
				t.Errorf("%s%s has the verbs %q, not %q", code, place, b, a)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d texts, not %d", code, len(got), len(want))
		}
	}
}

// TestFailures checks that there are words for what providers tell.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, kind := range []providers.Kind{
		providers.LoginRequired, providers.InvalidCredentials, providers.InsufficientCredentials, providers.InvalidMFA,
		providers.InvalidSendMethod, providers.MFANotSupported, providers.Locked, providers.NotSupported, providers.NoAccounts,
		providers.NoAuthAccounts, providers.AccessNotGranted, providers.UserSetupRequired, providers.UserInputTimeout,
		providers.InstitutionDown, providers.InstitutionNotAnswering, providers.InstitutionGone, providers.InvalidRecipient,
		providers.RateLimited, providers.RecaptchaBad, providers.InvalidLinkToken, providers.ServerError, providers.InvalidInput,
	} {
		var e *plaiderr.Error
		if !errors.As(ledger.PlaidError(&providers.Error{Kind: kind}), &e) {
			t.Fatalf("%s is no error of clients'", kind)
		}
		if _, ok := english.Failures[e.Code()]; !ok {
			t.Errorf("no words for %s", e.Code())
		}
	}
	if got := english.failureOf("NO_SUCH_CODE", "").Title; got != english.TroubleTitle {
		t.Errorf("an unknown error is %q", got)
	}
	if got := english.failureOf("ITEM_LOCKED", "").Text; got[:9] != "Your bank" {
		t.Errorf("without an institution: %q", got)
	}
}

// TestProducts checks that there are words for what institutions have.
func TestProducts(t *testing.T) {
	t.Parallel()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, in := range set.Institutions {
		for _, p := range in.Products {
			if _, ok := english.Products[string(p)]; !ok {
				missing[string(p)] = true
			}
		}
	}
	for p := range missing {
		t.Errorf("no words for %s", p)
	}
}
