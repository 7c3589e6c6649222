package mt940_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// first is the first row of a message with the given fields.
func first(t *testing.T, fields string) statement.Transaction {
	t.Helper()
	return readFile(t, file(fields+"\n")).Statements[0].Transactions[0]
}

func TestEntries(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"2603020302D5,00NTRFNONREF":                 "2026-03-02 2026-03-02 5 NTRF - -",
		"2603020302C5,NTRFNONREF":                   "2026-03-02 2026-03-02 -5 NTRF - -",
		"2603020302DR12,5NCHGREF 1//B 2":            "2026-03-02 2026-03-02 12.5 NCHG REF 1 B 2",
		"2603020302RC5,00NTRFA//B":                  "2026-03-02 2026-03-02 5 NTRF A B reversal",
		"2603020302RDR5,00NTRFA//B":                 "2026-03-02 2026-03-02 -5 NTRF A B reversal",
		"2603020302RCR5,00NTRFA//B":                 "2026-03-02 2026-03-02 5 NTRF A B reversal",
		"2603020302ED5,00NTRFA//B":                  "2026-03-02 2026-03-02 5 NTRF A B pending",
		"2603020302EC5,00NTRFA//B":                  "2026-03-02 2026-03-02 -5 NTRF A B pending",
		"260302D5,00NTRFNONREF":                     "2026-03-02 2026-03-02 5 NTRF - -",
		"260302    D5,00NTRFNONREF":                 "2026-03-02 2026-03-02 5 NTRF - -",
		"2512311231D5,00NTRFNONREF":                 "2025-12-31 2025-12-31 5 NTRF - -",
		"2601021231D5,00NTRFNONREF":                 "2025-12-31 2026-01-02 5 NTRF - -",
		"2512310102D5,00NTRFNONREF":                 "2026-01-02 2025-12-31 5 NTRF - -",
		"2402290229D5,00NTRFNONREF":                 "2024-02-29 2024-02-29 5 NTRF - -",
		"2502280229D5,00NTRFNONREF":                 "2024-02-29 2025-02-28 5 NTRF - -",
		"9912311231D5,00NTRFNONREF":                 "1999-12-31 1999-12-31 5 NTRF - -",
		"8001010101D5,00NTRFNONREF":                 "1980-01-01 1980-01-01 5 NTRF - -",
		"7912311231D5,00NTRFNONREF":                 "2079-12-31 2079-12-31 5 NTRF - -",
		"2602300302D5,00NTRFNONREF":                 "2026-03-02 2026-02-28 5 NTRF - -",
		"2603020302D\n5,00NTRFNONREF//B":            "2026-03-02 2026-03-02 5 NTRF - B",
		"2603020302D000000000005,00NTRFNONREF":      "2026-03-02 2026-03-02 5 NTRF - -",
		"2603020302D1.234,50NTRFNONREF":             "2026-03-02 2026-03-02 1234.5 NTRF - -",
		"2603020302D1234.5NTRFNONREF":               "2026-03-02 2026-03-02 1234.5 NTRF - -",
		"2603020302D5":                              "2026-03-02 2026-03-02 5 - - -",
		"2603020302D5,00S   X":                      "2026-03-02 2026-03-02 5 S X -",
		"2603020302D5,00NMSCKREF+//B":               "2026-03-02 2026-03-02 5 NMSC - B",
		"2603020302D5,00NMSCNONREF//NONREF\nsecond": "2026-03-02 2026-03-02 5 NMSC - -",
	} {
		r := first(t, ":61:"+line)
		dash := func(s string) string {
			if s == "" {
				return "-"
			}
			return s
		}
		got := fmt.Sprintf("%s %s %s %s %s %s", r.Posted, r.Value, r.Amount, dash(r.BankCode), dash(r.Reference), dash(r.ID))
		if r.Reversal {
			got += " reversal"
		}
		if r.Pending {
			got += " pending"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

// TestDescriptions: name | memo | reference | code | account of the other side.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", 64)
	for described, want := range map[string]string{
		"":                                    "|||transfer|",
		":86:Just words":                      "Just words|||transfer|",
		":86:Just\nwords":                     "Just words|||transfer|",
		":86:" + full + "\nwords":             full + " words|||transfer|",
		":86:" + full + "y\nwords":            full + "ywords|||transfer|",
		":86:999PN0920WECHSEL":                "WECHSEL|||transfer|",
		":86:166?00GUTSCHRIFT?32Anna":         "Anna|GUTSCHRIFT||transfer|",
		":86:808?00ENTGELT":                   "ENTGELT|||bank charge|",
		":86:117?00D?20SVWZ+Miete ?21EREF+E1": "D|Miete|E1|standing order|",
		":86:117?00D?20EREF+NOTPROVIDED?21KREF+K1?22IBAN+DE1 2": "D||K1|standing order|DE12",
		":86:117|00D|20Miete":                                             "D|Miete||standing order|",
		":86:117?00D?20Wer? Was??45":                                      "D|Wer? Was??45||standing order|",
		":86:051?00G?20Gehalt Oktob\ner\n?21Firma":                        "G|Gehalt Oktober Firma||transfer|",
		":86:051?20A?60B?70C":                                             "A B|C||transfer|",
		":86:166?31DE1?38DE2":                                             "|||transfer|DE2",
		":86:/TRTP/SEPA INCASSO/NAME/Anna/REMI/Lidgeld/EREF/E1":           "Anna|Lidgeld SEPA INCASSO|E1|direct debit|",
		":86:/ORDP//NAME/Anna/ADDR/Kade 1/REMI/USTD//Huur":                "Anna|Huur ADDR/Kade 1||transfer|",
		":86:/EREF/E1//CNTP/NL91ABNA0417164300/ABNANL2A/Anna///REMI/X/Y/": "Anna|X/Y|E1|transfer|NL91ABNA0417164300",
		":86:text /NAME/ within":                                          "text /NAME/ within|||transfer|",
		":86:NL91ABNA0417164300 Anna\nHuur":                               "Anna|Huur||transfer|NL91ABNA0417164300",
		":86:NL91ABNA0417164300":                                          "|||transfer|NL91ABNA0417164300",
		":86:one\n:86:two":                                                "one two|||transfer|",
		":86:one\n:99:two":                                                "one :99:two|||transfer|",
		":NS:15Anna\n34123\n09fee":                                        "Anna|fee||transfer|123",
		":NS:without digits":                                              "|||transfer|",
	} {
		r := first(t, ":61:2603020302D5,00NTRFNONREF\n"+described)
		got := strings.Join([]string{r.Name, r.Memo, r.Reference, r.Code, r.Counterparty.Account}, "|")
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", described, got, want)
		}
	}
}

func TestOriginals(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]string{
		":61:2603020302D5,00NTRFNONREF\n/OCMT/USD5,50/EXCH/1,1/": "5.5 USD",
		":61:2603020302C5,00NTRFNONREF\n:86:/OCMT/USD5,50/":      "-5.5 USD",
		":61:2603020302D5,00NTRFNONREF\n/OCMT/EUR5,00/":          "",
		":61:2603020302D0,NTRFNONREF\n/OCMT/USD5,50/":            "",
		":61:2603020302D5,00NTRFNONREF\n/OCMT/USDfive/":          "",
		":61:2603020302D5,00NTRFNONREF\n/OCMT/USD5,5,0/":         "",
	} {
		got := ""
		if m := first(t, fields).Original; m != nil {
			got = m.Amount.String() + " " + m.Currency.ISO
		}
		if got != want {
			t.Errorf("%s: %s, want %s", fields, got, want)
		}
	}
}
