package main

import (
	"slices"
	"strings"
	"unicode"
)

// initialisms are the words that Go writes in one case.
var initialisms = map[string]string{
	"ach": "ACH", "api": "API", "apr": "APR", "bacs": "BACS", "bic": "BIC",
	"cfi": "CFI", "cra": "CRA", "cusip": "CUSIP", "eft": "EFT", "eu": "EU",
	"fdx": "FDX", "fico": "FICO", "figi": "FIGI", "gse": "GSE", "iban": "IBAN",
	"id": "ID", "ids": "IDs", "ip": "IP", "isin": "ISIN", "iso": "ISO", "json": "JSON",
	"kyb": "KYB", "lei": "LEI", "mfa": "MFA", "oauth": "OAuth", "ofx": "OFX",
	"pdf": "PDF", "pslf": "PSLF", "sedol": "SEDOL", "sms": "SMS", "ssn": "SSN",
	"ui": "UI", "uri": "URI", "url": "URL", "urls": "URLs", "uuid": "UUID", "ytd": "YTD",
}

// goName turns a name of the description, in snake or camel case, or an enum's
// value, into an exported Go name.
func goName(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		lower := strings.ToLower(word)
		if s, ok := initialisms[lower]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]))
		b.WriteString(word[1:])
	}
	return b.String()
}

// words splits at anything that isn't a letter or digit and between a small and
// a capital letter.
func words(name string) []string {
	// The description spells this one as two words.
	name = strings.ReplaceAll(name, "OAuth", "Oauth")
	var list []string
	start := 0
	runes := []rune(name)
	for i, r := range runes {
		separator := !unicode.IsLetter(r) && !unicode.IsDigit(r)
		// "IBANNullable" is IBAN and Nullable, "userID" user and ID.
		hump := unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) ||
			unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if separator || hump {
			if i > start {
				list = append(list, string(runes[start:i]))
			}
			start = i
			if separator {
				start = i + 1
			}
		}
	}
	if start < len(runes) {
		list = append(list, string(runes[start:]))
	}
	return list
}

// valuesName is the name of the table of an enum's values.
func valuesName(enum string) string { return "values" + enum }

// accountInitialisms are the names of kinds of account among the values of
// AccountSubtype. Elsewhere they might be words.
var accountInitialisms = strings.Fields("cd ebt fhsa gic hsa ira isa lif lira lrif lrsp " +
	"prif qshr rdsp resp rlif rrif rrsp sarsep sep sipp tfsa ugma utma")

// valueName is the name of the constant for an enum's value, without its prefix.
func valueName(enum, value string) string {
	if len(value) > 2 && value == strings.ToUpper(value) { // longer than a country
		value = strings.ToLower(value)
	}
	if enum == "AccountSubtype" {
		list := strings.Fields(value)
		for i, word := range list {
			if slices.Contains(accountInitialisms, word) {
				list[i] = strings.ToUpper(word)
			}
		}
		value = strings.Join(list, " ")
	}
	return strings.TrimPrefix(goName(value), enum)
}
