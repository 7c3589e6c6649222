package models

// Product is one of Plaid's products, by the name it has in requests.
type Product string

// The products that Gingham's own code names.
const (
	ProductAssets              Product = "assets"
	ProductAuth                Product = "auth"
	ProductBalance             Product = "balance"
	ProductIdentity            Product = "identity"
	ProductInvestments         Product = "investments"
	ProductInvestmentsAuth     Product = "investments_auth"
	ProductLiabilities         Product = "liabilities"
	ProductRecurring           Product = "recurring_transactions"
	ProductStatements          Product = "statements"
	ProductTransactions        Product = "transactions"
	ProductTransactionsRefresh Product = "transactions_refresh"
)
