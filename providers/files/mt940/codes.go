package mt940

// typeCodes are Plaid's transaction codes by SWIFT's, which are behind N or F in :61:.
var typeCodes = map[string]string{
	"CHG": "bank charge", "COM": "bank charge", "CHK": "cheque", "TCK": "cheque", "DDT": "direct debit", "INT": "interest",
	"STO": "standing order", "TRF": "transfer",
}

// gvcCodes are they by the codes that German banks begin :86: with, which tell more.
var gvcCodes = map[string]string{
	"001": "cheque", "002": "cheque", "003": "cheque", "070": "cheque",
	"004": "direct debit", "005": "direct debit", "104": "direct debit", "105": "direct debit", "171": "direct debit", "174": "direct debit",
	"008": "standing order", "052": "standing order", "117": "standing order", "152": "standing order",
	"020": "transfer", "051": "transfer", "116": "transfer", "118": "transfer", "153": "transfer", "154": "transfer",
	"156": "transfer", "166": "transfer", "168": "transfer", "191": "transfer",
	"082": "cash", "083": "cash", "106": "purchase", "808": "bank charge", "809": "bank charge", "814": "interest",
}
