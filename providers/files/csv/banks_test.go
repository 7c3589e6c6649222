package csv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// banks are tables in the ways that banks write them, with what is proposed to be open
// and what is read once a person has answered.
var banks = map[string]struct {
	data string
	open string
	// answer is the person's; nil leaves the mapping as proposed.
	answer func(*csv.Mapping)
	want   string
}{
	"English, with minus": {
		data: "Date,Description,Amount,Balance\n2026-03-04,Harbour Pike payroll,1950.00,2431.08\n2026-03-02,\"Tea, with \"\"milk\"\"\",-4.20,481.08\n",
		open: "currency account", answer: usd,
		want: `checking USD 2431.08: 2026-03-04 -1950 Harbour Pike payroll | 2026-03-02 4.2 Tea, with "milk"`,
	},
	"English, month first, thousands": {
		data: "Posting Date,Details,Withdrawal,Deposit,Running Bal.\r\n01/13/2026,Rent,\"$1,250.00\",,\"$3,000.00\"\r\n01/14/2026,Refund,,$12.50,\"$3,012.50\"\r\n",
		open: "currency account", answer: usd,
		want: "checking USD 3012.5: 2026-01-13 1250 Rent | 2026-01-14 -12.5 Refund",
	},
	"English card, positive charges": {
		data: "Transaction Date,Post Date,Description,Category,Amount\n11/02/2026,11/03/2026,BOOKS,Shopping,20.00\n11/13/2026,11/14/2026,FUEL,Auto,41.5\n",
		open: "direction currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.Direction, m.Account.Type, m.Account.Subtype = csv.PositiveOut, "credit", "credit card"
		},
		want: "credit card USD ?: 2026-11-03 20 BOOKS (2026-11-02) | 2026-11-14 41.5 FUEL (2026-11-13)",
	},
	"English, words for the sign": {
		data: "Date|Type|Description|Amount|Currency\n3 Mar 2026|DEBIT|Tea|5.00|GBP\n4 Mar 2026|CREDIT|Pay|700.00|GBP\n",
		open: "account", answer: named,
		want: "checking GBP ?: 2026-03-03 5 Tea | 2026-03-04 -700 Pay",
	},
	"ambiguous days": {
		data: "Date,Payee,Amount\n01/02/2026,Tea,-5.00\n03/04/2026,Milk,-1.00\n",
		open: "date_order currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.DateOrder = csv.DMY
		},
		want: "checking USD ?: 2026-02-01 5 Tea | 2026-04-03 1 Milk",
	},
	"ambiguous marks": {
		data: "Date,Payee,Amount\n2026-01-02,Tea,\"-1,234\"\n",
		open: "decimal currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.Decimal = "."
		},
		want: "checking USD ?: 2026-01-02 1234 Tea",
	},
	"German, with a head and a foot": {
		data: "\xef\xbb\xbf\"Girokonto\";\"DE89 3704 0044 0532 0130 00\"\n\"Zeitraum:\";\"01.02.2026 - 28.02.2026\"\n\n" +
			"\"Buchungsdatum\";\"Wertstellung\";\"Status\";\"Zahlungsempfänger*in\";\"Verwendungszweck\";\"Umsatztyp\";\"IBAN\";\"Betrag (€)\";\"Kundenreferenz\"\n" +
			"\"27.02.26\";\"28.02.26\";\"Gebucht\";\"Bäckerei Ähre\";\"Brot\nund Brezeln\";\"Ausgang\";\"DE02120300000000202051\";\"-1.012,90\";\"R1\"\n" +
			"\"28.02.26\";\"\";\"Vorgemerkt\";\"Kiosk\";\"\";\"Ausgang\";\"\";\"-3\";\"\"\n\"Endsaldo\";\"\";\"\";\"\";\"\";\"\";\"\";\"5,00\"\n",
		want: "checking EUR ?: 2026-02-27 1012.9 Bäckerei Ähre [Brot und Brezeln] | 2026-02-28 3 Kiosk pending; line 8: the line is below the table, and isn't read",
	},
	"German, Soll und Haben": {
		data:   "Buchungstag;Buchungstext;Soll;Haben;Währung;Saldo\n03.02.2026;Miete;800,00;;EUR;200,00\n02.02.2026;Lohn;;1.000,00;EUR;1.000,00\n",
		open:   "account",
		answer: named,
		want:   "checking EUR 200: 2026-02-03 800 Miete | 2026-02-02 -1000 Lohn",
	},
	"German, S and H": {
		data:   "Datum;Text;Umsatz;S/H;Währung\n03.02.2026;Miete;800,00;S;EUR\n04.02.2026;Lohn;1.000,00;H;EUR\n",
		open:   "account",
		answer: named,
		want:   "checking EUR ?: 2026-02-03 800 Miete | 2026-02-04 -1000 Lohn",
	},
	"Swiss apostrophes": {
		data:   "Buchungsdatum;Valuta;Beschreibung;Belastung;Gutschrift;Saldo CHF\n05.01.2026;05.01.2026;Miete;1'900.00;;8'100.00\n06.01.2026;06.01.2026;Zins;;0.50;8'100.50\n",
		open:   "account",
		answer: named,
		want:   "checking CHF 8100.5: 2026-01-05 1900 Miete | 2026-01-06 -0.5 Zins",
	},
	"French": {
		data:   latin1("Date opération;Date valeur;Libellé;Débit euros;Crédit euros\n13/01/2026;14/01/2026;Café de la gare;-3,50;\n14/01/2026;14/01/2026;Salaire;;1 850,00\n"),
		open:   "account",
		answer: named,
		want:   "checking EUR ?: 2026-01-13 3.5 Café de la gare | 2026-01-14 -1850 Salaire",
	},
	"Spanish": {
		data:   "Fecha operación\tFecha valor\tConcepto\tImporte\tDivisa\tSaldo\n15/03/2026\t15/03/2026\tPanadería\t-1.234,56\tEUR\t10,00\n14/03/2026\t14/03/2026\tNómina\t2.000,00\tEUR\t1.244,56\n",
		open:   "account",
		answer: named,
		want:   "checking EUR 10: 2026-03-15 1234.56 Panadería | 2026-03-14 -2000 Nómina",
	},
	"Dutch, af and bij, two accounts": {
		data: "\"Datum\",\"Naam / Omschrijving\",\"Rekening\",\"Tegenrekening\",\"Af Bij\",\"Bedrag (EUR)\",\"Mededelingen\"\n" +
			"\"20260131\",\"Bakker\",\"NL91ABNA0417164300\",\"NL02ABNA0123456789\",\"Af\",\"5,25\",\"Brood\"\n\"20260130\",\"Loon\",\"NL69INGB0123456789\",\"\",\"Bij\",\"900,00\",\"\"\n",
		want: "checking EUR ?: 2026-01-31 5.25 Bakker [Brood]; checking EUR ?: 2026-01-30 -900 Loon",
	},
	"no header": {
		data: "\"02/23/2026\",\"-31.50\",\"*\",\"\",\"PIZZA PLACE\"\n\"02/24/2026\",\"800.00\",\"*\",\"\",\"PAYROLL\"\n",
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-02-23 31.5 PIZZA PLACE | 2026-02-24 -800 PAYROLL",
	},
	"unknown header": {
		data: "Päivä;Saaja;Määrä\n13.02.2026;Kahvila;-4,50\n14.02.2026;Palkka;2000,00\n",
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-02-13 4.5 Kahvila | 2026-02-14 -2000 Palkka",
	},
	"signs behind and in parentheses": {
		data: "Date;Description;Amount\n2026-01-01;A;12.50-\n2026-01-02;B;(1,000.00)\n2026-01-03;C;7.25 CR\n2026-01-04;D;8.00 DR\n2026-01-05;E;-$3.00\n",
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-01-01 12.5 A | 2026-01-02 1000 B | 2026-01-03 -7.25 C | 2026-01-04 8 D | 2026-01-05 3 E",
	},
	"states": {
		data: "Type,Started Date,Completed Date,Description,Amount,Currency,State\nCARD,2026-01-02 10:00:00,,Tea,-2.00,GBP,PENDING\n" +
			"CARD,2026-01-01 09:00:00,2026-01-01 09:00:05,Coffee,-3.00,GBP,COMPLETED\nCARD,2026-01-01 08:00:00,2026-01-01 08:00:01,Cake,-9.00,GBP,DECLINED\n",
		open: "account", answer: named,
		want: `checking GBP ?: 2026-01-02 2 Tea (2026-01-02) pending | 2026-01-01 3 Coffee (2026-01-01); line 4: the bank says "DECLINED": the line moves no money`,
	},
	"UTF-16 from a spreadsheet": {
		data: utf16le("Date\tDescription\tAmount\n2026-05-06T07:08:09Z\tThé\t-1,5\n"),
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-05-06 1.5 Thé 2026-05-06T07:08:09Z",
	},
	"single quotes": {
		data: "'Date','Description','Amount'\n'2026-05-06','It''s tea, hot','-1.5'\n",
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-05-06 1.5 It's tea, hot",
	},
	"balance that is owed": {
		data: "Date,Description,Debit,Credit,Balance\n2026-05-06,Tea,2.00,,102.00\n2026-05-07,Paid,,100.00,2.00\n",
		open: "currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.Account.Type, m.Account.Subtype = "credit", "credit card"
		},
		want: "credit card USD 2: 2026-05-06 2 Tea | 2026-05-07 -100 Paid",
	},
	"balance below zero of a card": {
		data: "Date,Description,Amount,Balance\n2026-05-07,Paid,100.00,-2.00\n2026-05-06,Tea,-2.00,-102.00\n",
		open: "currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.Account.Type, m.Account.Subtype = "credit", "credit card"
		},
		want: "credit card USD 2: 2026-05-07 -100 Paid | 2026-05-06 2 Tea",
	},
	"line without an amount": {
		data: "Date,Description,Amount\n2026-05-06,Carried over,\n2026-05-07,Tea,-2.00\n",
		open: "currency account", answer: usd,
		want: "checking USD ?: 2026-05-07 2 Tea; line 2: the line has no amount, and moves no money",
	},
	"header alone": {
		data: "Date,Description,Amount\n", open: "direction currency account",
		answer: func(m *csv.Mapping) {
			usd(m)
			m.Direction = csv.NegativeOut
		},
		want: "checking USD ?: ",
	},
}

func usd(m *csv.Mapping)   { m.Currency, m.Account.Name = "USD", "Everyday" }
func named(m *csv.Mapping) { m.Account.Name = "Everyday" }

func latin1(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

func utf16le(s string) string {
	b := []byte("\xff\xfe")
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func TestBanks(t *testing.T) {
	t.Parallel()
	for name, c := range banks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !csv.Sniff([]byte(c.data)) {
				t.Error("it isn't taken for a table")
			}
			m, p, err := csv.Propose([]byte(c.data))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Open, " "); got != c.open {
				t.Errorf("open is %q, want %q\n%+v", got, c.open, m)
			}
			if c.answer != nil {
				if _, err := csv.Decode([]byte(c.data), m); err == nil {
					t.Error("it was read without an answer to what is open")
				}
				c.answer(&m)
			}
			f, err := statementtest.CheckDecode(t, []byte(c.data), func(b []byte) (*statement.File, error) { return csv.Decode(b, m) })
			if err != nil {
				t.Fatalf("%v\n%+v", err, m)
			}
			if got := tell(f); got != c.want {
				t.Errorf("got  %s\nwant %s\n%+v", got, c.want, m)
			}
		})
	}
}

// tell is what a file says, on one line.
func tell(f *statement.File) string {
	var parts []string
	for _, st := range f.Statements {
		balance := "?"
		if st.Balances.Current != nil {
			balance = st.Balances.Current.Amount.String()
		}
		var rows []string
		for _, t := range st.Transactions {
			s := fmt.Sprintf("%s %s %s", t.Posted, t.Amount, t.Name)
			if t.Memo != "" {
				s += " [" + t.Memo + "]"
			}
			if t.Transacted != "" {
				s += " (" + string(t.Transacted) + ")"
			}
			if t.Pending {
				s += " pending"
			}
			rows = append(rows, strings.TrimSpace(s+" "+t.PostedAt))
		}
		parts = append(parts, st.Account.Subtype+" "+st.Account.Currency.ISO+" "+balance+": "+strings.Join(rows, " | "))
	}
	for _, w := range f.Warnings {
		parts = append(parts, fmt.Sprintf("line %d: %s", w.Line, w.Detail))
	}
	return strings.Join(parts, "; ")
}
