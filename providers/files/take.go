package files

import (
	"context"
	"encoding/json"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// TakeFile implements providers.FileTaker; a nil State is that of a new login. Of a table of which something is open that neither
// the file, its mapping, nor one that was kept tells, the error names what the mapping must say.
func (p *Provider) TakeFile(_ context.Context, c providers.Conn, file providers.File) (json.RawMessage, providers.FileReport, error) {
	s, err := openState(c.State)
	if err != nil {
		return nil, providers.FileReport{}, err
	}
	f, m, err := read(file, s.Mappings)
	if err != nil {
		return nil, providers.FileReport{}, err
	}
	return s.take(f, m)
}

// read reads a whole file, and returns the mapping that it was read by if it is a table.
func read(file providers.File, kept []csv.Mapping) (*statement.File, *csv.Mapping, error) {
	decode, err := formatOf(&file)
	if err != nil {
		return nil, nil, err
	}
	if decode != nil {
		f, err := decode(file.Data)
		return f, nil, invalid(err)
	}
	t, err := newTable(file.Data, kept)
	if err != nil {
		return nil, nil, err
	}
	if err := t.apply(file.Mapping); err != nil {
		return nil, nil, err
	}
	if err := t.whole(); err != nil {
		return nil, nil, err
	}
	f, err := t.decode()
	return f, &t.m, err
}

// maxWarnings is how many warnings a report has.
const maxWarnings = 100

// take merges a file that was read with what the login has.
func (s *state) take(f *statement.File, m *csv.Mapping) (json.RawMessage, providers.FileReport, error) {
	report := providers.FileReport{Format: f.Format, Warnings: []string{}}
	var b book
	var held portfolio
	var err error
	if b.waiting, err = unpack[waiting](s.Waiting); err != nil {
		return nil, report, err
	}
	if b.memory, err = unpack[memory](s.Memory); err != nil {
		return nil, report, err
	}
	if held, err = unpack[portfolio](s.Portfolio); err != nil {
		return nil, report, err
	}
	b.outdate(f)
	held.addSecurities(f.Securities)
	accounts := map[string]bool{}
	for i := range f.Statements {
		st := &f.Statements[i]
		accounts[st.Account.Key] = true
		report.Transactions += len(st.Transactions) + len(st.Trades)
		day := asOf(st, f)
		a := s.account(st.Account.Key)
		a.learn(st, day)
		b.add(st)
		held.addTrades(st)
		if len(st.Holdings) > 0 && day >= a.Held {
			a.Held = day
			held.hold(a.Key, st.Holdings)
		}
	}
	report.Accounts = len(accounts)
	for _, w := range f.Warnings {
		report.Warnings = append(report.Warnings, (&statement.Error{Line: w.Line, Detail: w.Detail}).Error())
	}
	report.Warnings = append(report.Warnings, b.warnings...)
	report.Warnings = report.Warnings[:min(len(report.Warnings), maxWarnings)]
	if m != nil {
		s.keep(*m)
	}
	if s.Waiting, err = pack(b.waiting); err != nil {
		return nil, report, err
	}
	if s.Memory, err = pack(b.memory); err != nil {
		return nil, report, err
	}
	if s.Portfolio, err = pack(held); err != nil {
		return nil, report, err
	}
	raw, err := s.close()
	return raw, report, err
}
