package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestUpToDate checks that generating again changes nothing.
func TestUpToDate(t *testing.T) {
	for dir, spec := range map[string]string{
		"../../models/plaid": "", "../../models/gingham": "../../models/gingham/openapi.yaml",
	} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			files, err := generated(spec, "gingham")
			if errors.Is(err, errDownload) {
				t.Skipf("not checked: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := compare(dir, files); err != nil {
				t.Error(err)
			}
			for name, content := range files {
				if lines := bytes.Count(content, []byte("\n")); lines > 3000 {
					t.Errorf("%s has %d lines: split it", name, lines)
				}
			}
		})
	}
}

// TestAmend checks that a description which lacks what is to be amended is refused.
func TestAmend(t *testing.T) {
	doc := new(document)
	doc.Components.Schemas = map[string]*schema{}
	for _, name := range []string{
		"BankTransferEvent", "CreditSessionDocumentIncomeResult", "RiskCheckEmail", "Security", "WebhookType",
	} {
		if err := amend(doc); err == nil {
			t.Errorf("without %s: no error", name)
		}
		doc.Components.Schemas[name] = &schema{Properties: map[string]*schema{}}
	}
	for range 2 {
		if err := amend(doc); err != nil {
			t.Fatal(err)
		}
	}
	if types := doc.Components.Schemas["WebhookType"].Enum; len(types) != 1 || *types[0] != "IDENTITY" {
		t.Errorf("the types of webhooks are %v", types)
	}
}

func TestWriteAndCompare(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]byte{"a_gen.go": []byte("a"), "b_gen.go": []byte("b")}
	if err := os.WriteFile(filepath.Join(dir, "old_gen.go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "doc.go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := compare(dir, files); err == nil {
		t.Error("missing files were not noticed")
	}
	if err := write(dir, files); err != nil {
		t.Fatal(err)
	}
	if err := compare(dir, files); err != nil {
		t.Error(err)
	}
	entries, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(entries) != 3 {
		t.Errorf("the directory has %q, %v; want the two files and doc.go", entries, err)
	}
	files["b_gen.go"] = []byte("c")
	if err := compare(dir, files); err == nil {
		t.Error("a stale file was not noticed")
	}
}

func TestOperations(t *testing.T) {
	got := operations("# all\n/a/b\n\n  /c # not d\n")
	if !slices.Equal(got, []string{"/a/b", "/c"}) {
		t.Errorf("got %q", got)
	}
}

func TestGoName(t *testing.T) {
	for in, want := range map[string]string{
		"account_id":                  "AccountID",
		"account_ids":                 "AccountIDs",
		"iso_currency_code":           "ISOCurrencyCode",
		"InstitutionsGetByIdRequest":  "InstitutionsGetByIDRequest",
		"NumbersIBANNullable":         "NumbersIBANNullable",
		"UserIDNumber":                "UserIDNumber",
		"OAuthState":                  "OAuthState",
		"oauth":                       "OAuth",
		"Access_tokens":               "AccessTokens",
		"BusinessVerification__Check": "BusinessVerificationCheck",
		"InvestmentsAuth401kFee":      "InvestmentsAuth401kFee",
		"line of credit":              "LineOfCredit",
		"non-custodial wallet":        "NonCustodialWallet",
		"v1":                          "V1",
	} {
		if got := goName(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestValueName(t *testing.T) {
	for _, tt := range []struct{ enum, value, want string }{
		{"CountryCode", "GB", "GB"},
		{"TransactionStreamStatus", "EARLY_DETECTION", "EarlyDetection"},
		{"TransactionsUpdateStatus", "TRANSACTIONS_UPDATE_STATUS_UNKNOWN", "Unknown"},
		{"AccountSubtype", "sep ira", "SEPIRA"},
		{"AccountSubtype", "roth 401k", "Roth401k"},
		{"Products", "cra_base_report", "CRABaseReport"},
	} {
		if got := valueName(tt.enum, tt.value); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.enum, tt.value, got, tt.want)
		}
	}
}

func TestProduct(t *testing.T) {
	for path, want := range map[string]string{
		"/asset_report/audit_copy/get": "assets",
		"/credit/bank_income/get":      "income_verification",
		"/credit/relay/get":            "assets",
		"/processor/signal/evaluate":   "signal",
		"/processor/token/create":      "processor",
		"/transfer/create":             "transfer",
	} {
		if got := product(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// TestModel checks how the parts of a description become Go types.
func TestModel(t *testing.T) {
	spec := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(spec, []byte(description), 0o600); err != nil {
		t.Fatal(err)
	}
	doc, err := readDocument(spec)
	if err != nil {
		t.Fatal(err)
	}
	m, err := buildModel(doc, target{paths: doc.posts(), segment: 1})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range m.objects["ThingGetResponse"].fields {
		got[f.name] = f.goType() + " " + f.tag()
	}
	want := map[string]string{
		"A":          "string a",
		"B":          "*string b",
		"C":          "*int64 c,omitzero",
		"D":          "wire.Opt[decimal.Decimal] d,omitzero",
		"List":       "[]string list",
		"NullList":   "[]time.Time null_list",
		"MaybeList":  "[]bool maybe_list,omitzero",
		"OptList":    "wire.Opt[[]string] opt_list,omitzero",
		"Any":        "json.RawMessage any,omitzero",
		"Map":        "map[string]int64 map",
		"Base":       "Base base",
		"MaybeBase":  "*Base maybe_base",
		"Merged":     "ThingGetResponseMerged merged",
		"RequestID":  "string request_id",
		"OneOfThese": "json.RawMessage one_of_these",
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: got %q, want %q", name, got[name], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d fields, want %d", len(got), len(want))
	}
	if o := m.objects["ThingGetResponse_merged"]; len(o.fields) != 2 || !o.has("a") || !o.has("z") {
		t.Errorf("merged fields %+v", o.fields)
	}
	if home := m.objects["ThingGetResponse"].home; home != "thing" {
		t.Errorf("its types are at home in %q", home)
	}
	if m.objects["ThingFileGetRequest"] == nil || m.objects["ThingFile"] != nil {
		t.Error("a file is a type, or its request is none")
	}
	if _, err := buildModel(doc, target{paths: []string{"/no/such"}, segment: 1}); err == nil {
		t.Error("an operation that isn't there was accepted")
	}
}

const description = `
paths:
  /thing/page:
    get: {responses: {'200': {content: {text/html: {schema: {type: string}}}}}}
  /thing/get:
    post:
      operationId: thingGet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingGetRequest'}}}}
      responses:
        '200': {$ref: '#/components/responses/Thing'}
  /thing/file/get:
    post:
      operationId: thingFileGet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingFileGetRequest'}}}}
      responses:
        '200': {content: {application/pdf: {schema: {$ref: '#/components/schemas/ThingFile'}}}}
components:
  responses:
    Thing: {content: {application/json: {schema: {$ref: '#/components/schemas/ThingGetResponse'}}}}
  schemas:
    ThingFileGetRequest: {type: object, properties: {client_id: {type: string}}}
    ThingFile: {type: string, format: binary}
    ThingGetRequest: {type: object, properties: {client_id: {type: string}}}
    Base: {type: object, properties: {a: {type: string}}, required: [a]}
    BaseNullable: {nullable: true, allOf: [{$ref: '#/components/schemas/Base'}, {type: object, additionalProperties: true}]}
    ThingGetResponse:
      type: object
      required: [a, b, list, null_list, map, base, maybe_base, merged, request_id, one_of_these]
      properties:
        a: {type: string}
        b: {type: string, nullable: true, enum: [x, null]}
        c: {type: integer}
        d: {type: number, nullable: true}
        list: {type: array, items: {type: string, format: date}}
        null_list: {type: array, nullable: true, items: {type: string, format: date-time}}
        maybe_list: {type: array, items: {type: boolean}}
        opt_list: {type: array, nullable: true, items: {type: string}}
        any: {}
        map: {type: object, additionalProperties: {type: integer}}
        base: {$ref: '#/components/schemas/Base'}
        maybe_base: {$ref: '#/components/schemas/BaseNullable'}
        merged: {allOf: [{$ref: '#/components/schemas/Base'}, {properties: {z: {type: string}}}]}
        request_id: {type: string}
        one_of_these: {oneOf: [{type: string}, {type: integer}]}
`
