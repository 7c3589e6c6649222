package sandbox

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

const (
	// refreshLag is after how many days a row that a refresh brought posts by itself.
	refreshLag = 3
	// lookAhead is how many days hold the next row of every stream.
	lookAhead = 32
	// lastDay is after how many days a life stands still, so that a clock set
	// to the far future costs no more than twenty years.
	lastDay = 7300
	// statementDays is how many days before a card is paid its statement closes.
	statementDays = 25
	// bumpAmong is among how many of the newest rows at linking a refresh picks
	// the one whose amount it changes.
	bumpAmong = 40
)

// entry is a transaction before it is looked at. Days count from linking.
type entry struct {
	key     string
	account int
	// born is when it happens, posts when it posts (the same day: never pending).
	born, posts int
	amount      models.Decimal
	// bump is what refreshes added to the amount.
	bump     models.Decimal
	text     string
	currency string
	// old says that it was posted when the login was linked.
	old bool
	// wasPending says that it was seen pending, once the login was linked.
	wasPending bool
	// after is how many refreshes there had been, of those that are dated by
	// their number; -1 for rows that come by the calendar.
	after  int
	payoff bool
}

// day is how many days after linking the view is.
func (l *life) day(v *view) int { return min(v.Linked.DaysUntil(v.today), lastDay) }

// entries are the life's rows up to a day, in the order in which they happen.
func (l *life) entries(v *view, until int) []entry {
	out := l.byCalendar(newCalendar(v.Linked, -l.History, until))
	for i := range out {
		e := &out[i]
		e.after, e.old, e.wasPending = -1, e.born <= 0, e.born > 0 && e.posts > e.born
	}
	slices.SortStableFunc(out, func(a, b entry) int { return cmp.Compare(a.born, b.born) })
	l.bumps(v, out)
	// Linking is the first refresh: it always brings something.
	refreshes := append([]int{0}, v.Refreshes...)
	for n, day := range refreshes {
		out = append(out, l.refreshed(n, day)...)
	}
	settle(out, refreshes)
	return append(out, l.created(v)...)
}

// byCalendar are the rows that come whatever anybody asks for.
func (l *life) byCalendar(cal calendar) []entry {
	out := l.regular(cal)
	out = append(out, l.shopping(cal)...)
	return append(out, l.payoffs(cal, out)...)
}

// settle posts what is pending when a refresh comes.
func settle(entries []entry, refreshes []int) {
	for i := range entries {
		e := &entries[i]
		n := e.after
		if n < 0 {
			n, _ = slices.BinarySearch(refreshes, e.born)
		}
		if n < len(refreshes) {
			e.posts = min(e.posts, max(refreshes[n], e.born))
		}
	}
}

// regular are the rows of the streams.
func (l *life) regular(cal calendar) []entry {
	var out []entry
	for i, s := range l.Streams {
		for _, day := range cal.occurrences(s.Schedule) {
			c := chanceOf(0, l.user, "stream", strconv.Itoa(i), cal.name(day))
			out = append(out, entry{
				key: "stream-" + strconv.Itoa(i) + "-" + cal.name(day), account: l.AccountIndex(s.Account),
				born: day, posts: day + s.Lag, amount: vary(c, s.Amount, s.Jitter), text: s.Description,
			})
		}
	}
	return out
}

// vary changes an amount by at most so many percent, up or down.
func vary(c *chance, amount models.Decimal, percent int) models.Decimal {
	if percent == 0 {
		return amount
	}
	by := int64(c.below(2*percent*100+1) - percent*100) // hundredths of a percent
	return amount.Add(amount.Mul(decimal.New(by, -4))).Round(2)
}

// shopping are the irregular rows.
func (l *life) shopping(cal calendar) []entry {
	var out []entry
	for i, s := range l.Spends {
		for day := cal.from; day <= cal.until; day++ {
			name := cal.name(day)
			c := chanceOf(0, l.user, "spend", strconv.Itoa(i), name)
			for n := s.PerMonth; n > 0; n -= 30 {
				if c.below(30) >= n {
					continue
				}
				e := l.purchase(c, s, day)
				e.key = "spend-" + strconv.Itoa(i) + "-" + name + "-" + strconv.Itoa(n)
				out = append(out, e)
			}
		}
	}
	return out
}

// purchase is one row of shopping on a day.
func (l *life) purchase(c *chance, s fixtures.Spend, day int) entry {
	m := l.p.set.Merchant(s.Merchants[c.below(len(s.Merchants))])
	return entry{
		account: l.AccountIndex(s.Account), born: day, posts: day + 1 + c.below(3),
		amount: c.between(s.Min, s.Max), text: m.Statement,
	}
}

// payoffs pay each card what was spent with it since the payment before.
func (l *life) payoffs(cal calendar, spent []entry) []entry {
	var out []entry
	for i, p := range l.Payoffs {
		card, from := l.AccountIndex(p.Card), l.AccountIndex(p.From)
		since := cal.from
		for _, day := range cal.occurrences(fixtures.Schedule{Unit: "monthly", Day: p.Day}) {
			var owed models.Decimal
			for _, e := range spent {
				if e.account == card && e.born >= since && e.born < day {
					owed = owed.Add(e.amount)
				}
			}
			since = day
			if !owed.IsPositive() {
				continue
			}
			key := "payoff-" + strconv.Itoa(i) + "-" + cal.name(day)
			mask := l.Accounts[card].Mask
			out = append(out,
				entry{key: key + "-out", account: from, born: day, posts: day, amount: owed, text: "CREDIT CARD " + mask + " AUTOPAY", payoff: true},
				entry{key: key + "-in", account: card, born: day, posts: day, amount: owed.Neg(), text: "AUTOMATIC PAYMENT - THANK YOU", payoff: true},
			)
		}
	}
	return out
}

// refreshed are the rows that refresh n brought on a day.
func (l *life) refreshed(n, day int) []entry {
	c := chanceOf(0, l.user, "refresh", strconv.Itoa(n))
	if n > 0 && c.below(100) >= l.Refresh.Chance || len(l.Spends) == 0 {
		return nil
	}
	out := make([]entry, 1+c.below(l.Refresh.Max))
	for i := range out {
		e := l.purchase(c, l.Spends[c.below(len(l.Spends))], day)
		e.key = "refresh-" + strconv.Itoa(n) + "-" + strconv.Itoa(i)
		e.posts, e.after, e.wasPending = day+refreshLag, n+1, true
		out[i] = e
	}
	return out
}

// bumps adds 1.00 to an earlier row for every refresh.
func (l *life) bumps(v *view, entries []entry) {
	if !l.Refresh.Bump {
		return
	}
	var among []int
	for i := len(entries) - 1; i >= 0 && len(among) < bumpAmong; i-- {
		if entries[i].old && entries[i].born < 0 && entries[i].amount.IsPositive() && !entries[i].payoff {
			among = append(among, i)
		}
	}
	if len(among) == 0 {
		return
	}
	for n := range v.Refreshes {
		e := &entries[among[chanceOf(0, l.user, "bump", strconv.Itoa(n)).below(len(among))]]
		e.bump = e.bump.Add(decimal.New(1, 0))
	}
}

// created are the rows that a tester added, on the first depository account.
func (l *life) created(v *view) []entry {
	account := max(0, slices.IndexFunc(l.Accounts, func(a fixtures.LifeAccount) bool { return a.Type == models.Depository }))
	out := make([]entry, len(v.Created))
	for i, r := range v.Created {
		out[i] = entry{
			key: "created-" + strconv.Itoa(i), account: account, amount: r.Amount, text: r.Description,
			born: v.Linked.DaysUntil(r.Transacted), posts: v.Linked.DaysUntil(r.Posted), currency: r.Currency, after: r.After,
		}
	}
	return out
}
