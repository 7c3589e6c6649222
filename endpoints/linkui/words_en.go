package linkui

// english is Link in English.
var english = words{
	Code: "en",

	Close: "Close", Back: "Back", Continue: "Continue", Show: "Show", Hide: "Hide",
	Step:    "Step %d of %d",
	Working: "One moment…", Offline: "The connection was lost. Check your network and try again.",
	TestNotice: "This is a test environment. Never enter real details: use %s and %s.",
	ThisApp:    "This application",

	ConsentTitle: "Connect your accounts to %s", ConsentLead: "It takes about a minute. You choose your bank, sign in, and decide what to share.",
	ConsentSees: "%s will be able to see", ConsentPromise: "Your sign-in details are never shared with %s.",
	ConsentChoice:  "Only from the accounts you choose. You can leave at any point before your bank is connected, and nothing is shared.",
	ReconnectTitle: "Reconnect %s", ReconnectLead: "Sign in to %s again, so that %s can keep your accounts up to date.",
	Products: map[string]string{
		"accounts": "Account names, types and balances", "transactions": "Your transactions", "auth": "Account and routing numbers",
		"identity": "Your name, address, phone number and e-mail", "investments": "Your investments and their history",
		"investments_auth": "Numbers of your investment accounts", "liabilities": "The terms of your cards and loans",
		"assets": "A report of your balances and their history", "statements": "Your bank statements",
		"income_verification": "Your income", "employment": "Your employer", "signal": "Signs of whether a payment will go through",
		"transfer": "Payments to and from your accounts", "payment_initiation": "Payments that you approve",
		"standing_orders": "Standing orders that you approve", "income": "Your income", "processor_payments": "Payments by way of a payment service",
		"balance": "Your balances as they are now", "recurring_transactions": "Payments that come again", "transactions_refresh": "Your newest transactions",
		"identity_match": "Whether your details match your bank's",
	},

	InstitutionTitle: "Choose your bank", Search: "Search for your bank", Suggested: "Suggestions",
	Found: "%d institutions found", FoundOne: "1 institution found", NotFound: "Nothing matches “%s”",
	NotFoundHelp: "Check the spelling, or try a shorter name.", NotForThisApp: "Not available for this app",

	WarningTitle: "%s has trouble right now", WarningText: "Connecting to %s may take longer than usual, or fail. You can go on, or come back later.",
	ContinueAnyway: "Continue anyway", ChooseOther: "Choose another bank",

	SignInTitle: "Sign in to %s", SignInLead: "Use the details you use on the site of %s.", Username: "Username", Password: "Password",
	TokenTitle: "Connect %s", TokenLead: "Paste the access token that %s gave you.",
	UploadTitle: "Add your bank’s file", UploadLead: "Download your transactions from your bank’s site as OFX, QFX, CAMT, MT940 or CSV, and choose the file here.",
	UploadLimit: "The file is larger than %d MB. Ask your bank for a shorter period.", File: "File",
	FileTitle: "About your file", FileLead: "It doesn’t say everything itself.", AnotherAccount: "Another account",
	FileFields: map[string]string{
		"file_date_order": "Which day is meant?", "file_decimal": "How much is meant?", "file_direction": "Is it money out (−) or in (+)?",
		"file_currency": "Currency, as EUR", "file_account": "Which account is it of?", "file_account_name": "Name of the account",
		"file_account_type": "What is it?",
	},
	DeviceTitle: "Verify that it’s you", DeviceLead: "%s will send you a code. Where should it go?", Device: "Send the code to",
	CodeTitle: "Enter your code", CodeLead: "Enter the code that %s sent you.", CodeLabel: "Code",
	QuestionsTitle: "Answer your security questions", QuestionsLead: "These are questions that you set up with %s.",
	SelectionsTitle: "Verify that it’s you", SelectionsLead: "Choose the right answers for %s.",

	OAuthTitle: "Continue to %s", OAuthLead: "You will sign in on the site of %s and choose what to share there. Then you come back here.",
	OAuthPromise: "%s never sees your sign-in details.", OAuthWaitTitle: "Waiting for %s",
	OAuthWaitLead: "Finish on the site of %s, in the window that opened. This page goes on by itself.",
	OAuthAgain:    "Open the window again", OAuthDone: "I have finished there", OAuthBackTitle: "Back from %s",

	AccountsTitle: "Choose the accounts to share", AccountsLead: "%s will see only the accounts that you choose.",
	AccountsTitleOne: "Choose the account to share", AccountsLegend: "Accounts",
	ChooseSome: "Choose at least one account.", ChooseOne: "Choose one account.", New: "New", Ending: "ending in %s",
	Subtypes: map[string]string{
		"checking": "Checking", "savings": "Savings", "cd": "Certificate of deposit", "money market": "Money market",
		"cash management": "Cash management", "hsa": "Health savings", "prepaid": "Prepaid", "paypal": "PayPal",
		"credit card": "Credit card", "mortgage": "Mortgage", "student": "Student loan", "auto": "Car loan", "loan": "Loan",
		"line of credit": "Line of credit", "home equity": "Home equity", "consumer": "Personal loan", "business": "Business",
		"ira": "IRA", "401k": "401(k)", "roth": "Roth IRA", "brokerage": "Brokerage", "529": "529 plan", "pension": "Pension",
	},

	ConnectedTitle: "Your accounts are connected", ConnectedLead: "%s is now connected to %s.",
	AddAnother: "Add another bank", NextItem: "Continue to the next bank", Finish: "Finish",

	TryAgain: "Try again", YourBank: "your bank",
	Failures: map[string]failure{
		"INVALID_CREDENTIALS":             {"Those details didn’t work", "Check your username and password for %s, and try again."},
		"INVALID_MFA":                     {"That answer wasn’t right", "Check it and try again."},
		"INVALID_SEND_METHOD":             {"The code can’t be sent there", "Choose another way to receive it."},
		"INVALID_FIELD":                   {"That can’t be read", "Check what you entered, and try again."},
		"INSUFFICIENT_CREDENTIALS":        {"Signing in wasn’t finished", "Sign in at %s once more, and follow it to the end."},
		"ACCESS_NOT_GRANTED":              {"Permission was not given", "To connect, %s needs you to allow it. Nothing was shared."},
		"ITEM_LOCKED":                     {"Your account is locked", "%s has locked it. Unlock it on its site, then try again here."},
		"ITEM_LOGIN_REQUIRED":             {"Please sign in again", "%s asks you to sign in once more."},
		"ITEM_NOT_FOUND":                  {"This connection is gone", "It was removed, and can’t be renewed."},
		"ITEM_NOT_SUPPORTED":              {"This account can’t be connected", "Accounts of this kind at %s are not supported yet."},
		"MFA_NOT_SUPPORTED":               {"This way to sign in isn’t supported", "Your account at %s uses a security step that can’t be done here. If you can change it on its site, try again afterwards."},
		"USER_SETUP_REQUIRED":             {"Your account isn’t ready yet", "Sign in on the site of %s and finish setting it up. Then try again here."},
		"PASSWORD_RESET_REQUIRED":         {"Your bank wants a new password", "Set one on the site of %s. Then try again here."},
		"NO_ACCOUNTS":                     {"No accounts were found", "There is no account at %s that can be connected."},
		"NO_AUTH_ACCOUNTS":                {"No suitable account was found", "This needs a checking or savings account, and none was shared from %s."},
		"NO_INVESTMENT_ACCOUNTS":          {"No suitable account was found", "This needs an investment account, and none was found at %s."},
		"NO_LIABILITY_ACCOUNTS":           {"No suitable account was found", "This needs a card or a loan, and none was found at %s."},
		"RECAPTCHA_BAD":                   {"We couldn’t tell that you’re a person", "Please try again."},
		"PAYMENT_INVALID_RECIPIENT":       {"The recipient can’t be paid", "%s doesn’t accept this recipient. Ask the app that sent you here."},
		"USER_INPUT_TIMEOUT":              {"That took too long", "To keep your accounts safe, we stopped waiting. Please try again."},
		"INSTITUTION_DOWN":                {"Not available right now", "%s can’t be reached at the moment. Please try again later."},
		"INSTITUTION_NOT_RESPONDING":      {"No answer", "%s isn’t answering. It may work if you try again in a while."},
		"INSTITUTION_NO_LONGER_SUPPORTED": {"No longer supported", "%s can’t be connected any more."},
		"COUNTRY_NOT_SUPPORTED":           {"Not available here", "Accounts at %s can’t be connected: its country is not supported."},
		"PRODUCTS_NOT_SUPPORTED":          {"Not available for this app", "%s doesn’t offer what this app needs."},
		"INSTITUTION_RATE_LIMIT":          {"Too many people at once", "%s takes no more requests just now. Please try again in a minute."},
		"INVALID_LINK_TOKEN":              {"This link doesn’t work any more", "It has expired or was used up. Go back to the app and start again."},
		"INTERNAL_SERVER_ERROR":           {"Something went wrong", "That was our fault, not yours. Please try again."},
	},

	ExitTitle: "Leave without connecting?", ExitLead: "Nothing has been shared with %s. What you have entered so far is discarded.", Stay: "Keep going", Leave: "Leave",

	DoneTitle: "All done", DoneLead: "You can close this page now.", LeftTitle: "You have left", LeftLead: "Nothing was shared. You can close this page now.",
	ReturnTo: "Return to %s",

	GoneTitle: "This page doesn’t work any more", GoneText: "It has expired or was used already. Go back to the app that sent you here and start again.",
	TroubleTitle: "Something went wrong", TroubleText: "That was our fault, not yours. Please try again.",
	NotAllowedTitle: "This page can’t be shown here", NotAllowedText: "The site that opened it is not allowed to. Its developer has to add its address to the allowed origins.",
	RequestLine: "Request %s",

	Bank: bankWords{
		Notice:      "This is a bank for tests. Nothing here is real.",
		SignInTitle: "Sign in to %s", SignInLead: "%s asks to connect to your accounts.", Outcome: "What should happen", Success: "Sign in", SignIn: "Sign in",
		ShareTitle: "Share accounts with %s?", ShareLead: "%s will see the accounts that you choose.", Accounts: "Accounts", Allow: "Allow", Deny: "Don’t allow",
		DoneTitle: "You have signed in", DoneLead: "Go back to the window of %s to finish.", CloseWindow: "Close this window", GoBack: "Go back to %s",
	},
}
