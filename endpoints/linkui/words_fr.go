package linkui

// french is Link in French.
//
//nolint:misspell,gosec // words of another language, and no credentials
var french = words{
	Code: "fr",

	Close: "Fermer", Back: "Retour", Continue: "Continuer", Show: "Afficher", Hide: "Masquer",
	Step:    "Étape %d sur %d",
	Working: "Un instant…", Offline: "La connexion a été perdue. Vérifiez votre réseau et réessayez.",
	TestNotice: "Ceci est un environnement de test. N’entrez jamais de vrais identifiants : utilisez %s et %s.",
	ThisApp:    "Cette application",

	ConsentTitle: "Connectez vos comptes à %s", ConsentLead: "Cela prend environ une minute. Vous choisissez votre banque, vous vous identifiez et vous décidez quoi partager.",
	ConsentSees: "%s pourra voir", ConsentPromise: "Vos identifiants ne sont jamais communiqués à %s.",
	ConsentChoice:  "Seulement pour les comptes que vous choisissez. Vous pouvez quitter à tout moment avant que votre banque soit connectée, et rien n’est partagé.",
	ReconnectTitle: "Reconnectez %s", ReconnectLead: "Identifiez-vous de nouveau auprès de %s pour que %s puisse tenir vos comptes à jour.",
	Products: map[string]string{
		"accounts": "Noms, types et soldes des comptes", "transactions": "Vos opérations", "auth": "Numéros de compte et de routage",
		"identity": "Vos nom, adresse, téléphone et adresse e-mail", "investments": "Vos placements et leur historique",
		"investments_auth": "Numéros de vos comptes de placement", "liabilities": "Les conditions de vos cartes et prêts",
		"assets": "Un rapport sur vos soldes et leur historique", "statements": "Vos relevés bancaires",
		"income_verification": "Vos revenus", "employment": "Votre employeur", "signal": "Des indices sur l’aboutissement d’un paiement",
		"transfer": "Les paiements depuis et vers vos comptes", "payment_initiation": "Les paiements que vous approuvez",
		"standing_orders": "Les virements permanents que vous approuvez", "income": "Vos revenus", "processor_payments": "Paiements par un service de paiement",
		"balance": "Vos soldes actuels", "recurring_transactions": "Les paiements qui reviennent", "transactions_refresh": "Vos opérations les plus récentes",
		"identity_match": "Si vos coordonnées concordent avec celles de votre banque",
	},

	InstitutionTitle: "Choisissez votre banque", Search: "Cherchez votre banque", Suggested: "Suggestions",
	Found: "%d établissements trouvés", FoundOne: "1 établissement trouvé", NotFound: "Rien ne correspond à « %s »",
	NotFoundHelp: "Vérifiez l’orthographe ou essayez un nom plus court.", NotForThisApp: "Non disponible pour cette application",

	WarningTitle: "%s rencontre des difficultés", WarningText: "La connexion à %s peut être plus lente que d’habitude, ou échouer. Vous pouvez continuer ou revenir plus tard.",
	ContinueAnyway: "Continuer quand même", ChooseOther: "Choisir une autre banque",

	SignInTitle: "Identifiez-vous auprès de %s", SignInLead: "Utilisez les mêmes identifiants que sur le site de %s.", Username: "Identifiant", Password: "Mot de passe",
	TokenTitle: "Connectez %s", TokenLead: "Collez le jeton d’accès que %s vous a donné.",
	UploadTitle: "Ajoutez le fichier de votre banque", UploadLead: "Téléchargez vos opérations depuis le site de votre banque en OFX, QFX, CAMT, MT940 ou CSV, et choisissez le fichier ici.",
	UploadLimit: "Le fichier dépasse %d Mo. Demandez à votre banque une période plus courte.", File: "Fichier",
	FileTitle: "À propos de votre fichier", FileLead: "Il ne dit pas tout par lui-même.", AnotherAccount: "Un autre compte",
	FileFields: map[string]string{
		"file_date_order": "De quel jour s’agit-il ?", "file_decimal": "De combien s’agit-il ?", "file_direction": "Est-ce un débit (−) ou un crédit (+) ?",
		"file_currency": "Devise, comme EUR", "file_account": "De quel compte s’agit-il ?", "file_account_name": "Nom du compte",
		"file_account_type": "Quel est ce compte ?",
	},
	DeviceTitle: "Confirmez que c’est bien vous", DeviceLead: "%s va vous envoyer un code. Où doit-il arriver ?", Device: "Envoyer le code à",
	CodeTitle: "Entrez votre code", CodeLead: "Entrez le code que %s vous a envoyé.", CodeLabel: "Code",
	QuestionsTitle: "Répondez à vos questions de sécurité", QuestionsLead: "Ce sont des questions que vous avez choisies chez %s.",
	SelectionsTitle: "Confirmez que c’est bien vous", SelectionsLead: "Choisissez les bonnes réponses pour %s.",

	OAuthTitle: "Continuez chez %s", OAuthLead: "Vous vous identifierez sur le site de %s et y choisirez quoi partager. Puis vous reviendrez ici.",
	OAuthPromise: "%s ne voit jamais vos identifiants.", OAuthWaitTitle: "En attente de %s",
	OAuthWaitLead: "Terminez sur le site de %s, dans la fenêtre qui s’est ouverte. Cette page continuera d’elle-même.",
	OAuthAgain:    "Rouvrir la fenêtre", OAuthDone: "J’ai terminé là-bas", OAuthBackTitle: "De retour de %s",

	AccountsTitle: "Choisissez les comptes à partager", AccountsLead: "%s ne verra que les comptes que vous choisissez.",
	AccountsTitleOne: "Choisissez le compte à partager", AccountsLegend: "Comptes",
	ChooseSome: "Choisissez au moins un compte.", ChooseOne: "Choisissez un compte.", New: "Nouveau", Ending: "se terminant par %s",
	Subtypes: map[string]string{
		"checking": "Compte courant", "savings": "Épargne", "cd": "Dépôt à terme", "money market": "Marché monétaire",
		"cash management": "Gestion de trésorerie", "hsa": "Épargne santé", "prepaid": "Prépayé", "paypal": "PayPal",
		"credit card": "Carte de crédit", "mortgage": "Prêt hypothécaire", "student": "Prêt étudiant", "auto": "Prêt auto", "loan": "Prêt",
		"line of credit": "Ligne de crédit", "home equity": "Crédit hypothécaire", "consumer": "Prêt personnel", "business": "Entreprise",
		"ira": "IRA", "401k": "401(k)", "roth": "Roth IRA", "brokerage": "Compte-titres", "529": "Plan 529", "pension": "Retraite",
	},

	ConnectedTitle: "Vos comptes sont connectés", ConnectedLead: "%s est maintenant relié à %s.",
	AddAnother: "Ajouter une autre banque", NextItem: "Continuer avec la banque suivante", Finish: "Terminer",

	TryAgain: "Réessayer", YourBank: "votre banque",
	Failures: map[string]failure{
		"INVALID_CREDENTIALS":             {"Ces identifiants n’ont pas fonctionné", "Vérifiez votre identifiant et votre mot de passe pour %s, puis réessayez."},
		"INVALID_MFA":                     {"Cette réponse n’est pas la bonne", "Vérifiez-la et réessayez."},
		"INVALID_SEND_METHOD":             {"Le code ne peut pas y être envoyé", "Choisissez un autre moyen de le recevoir."},
		"INVALID_FIELD":                   {"Cela n’a pas pu être lu", "Vérifiez ce que vous avez entré, puis réessayez."},
		"INSUFFICIENT_CREDENTIALS":        {"L’identification n’a pas été terminée", "Identifiez-vous encore une fois auprès de %s et allez jusqu’au bout."},
		"ACCESS_NOT_GRANTED":              {"L’autorisation n’a pas été donnée", "Pour se connecter, %s a besoin de votre accord. Rien n’a été partagé."},
		"ITEM_LOCKED":                     {"Votre compte est bloqué", "%s l’a bloqué. Débloquez-le sur son site, puis réessayez ici."},
		"ITEM_LOGIN_REQUIRED":             {"Identifiez-vous de nouveau", "%s vous demande de vous identifier encore une fois."},
		"ITEM_NOT_FOUND":                  {"Cette connexion n’existe plus", "Elle a été supprimée et ne peut pas être renouvelée."},
		"ITEM_NOT_SUPPORTED":              {"Ce compte ne peut pas être connecté", "Les comptes de ce genre chez %s ne sont pas encore pris en charge."},
		"MFA_NOT_SUPPORTED":               {"Ce mode d’identification n’est pas pris en charge", "Votre compte chez %s demande une étape de sécurité impossible ici. Si vous pouvez la changer sur son site, réessayez ensuite."},
		"USER_SETUP_REQUIRED":             {"Votre compte n’est pas encore prêt", "Rendez-vous sur le site de %s et terminez sa configuration. Puis réessayez ici."},
		"PASSWORD_RESET_REQUIRED":         {"Votre banque demande un nouveau mot de passe", "Définissez-le sur le site de %s. Puis réessayez ici."},
		"NO_ACCOUNTS":                     {"Aucun compte trouvé", "Aucun compte chez %s ne peut être connecté."},
		"NO_AUTH_ACCOUNTS":                {"Aucun compte adapté trouvé", "Il faut un compte courant ou d’épargne, et aucun n’a été partagé depuis %s."},
		"NO_INVESTMENT_ACCOUNTS":          {"Aucun compte adapté trouvé", "Il faut un compte de placement, et aucun n’a été trouvé chez %s."},
		"NO_LIABILITY_ACCOUNTS":           {"Aucun compte adapté trouvé", "Il faut une carte ou un prêt, et aucun n’a été trouvé chez %s."},
		"RECAPTCHA_BAD":                   {"Nous n’avons pas pu vérifier que vous êtes une personne", "Veuillez réessayer."},
		"PAYMENT_INVALID_RECIPIENT":       {"Le bénéficiaire ne peut pas être payé", "%s n’accepte pas ce bénéficiaire. Adressez-vous à l’application qui vous a envoyé ici."},
		"USER_INPUT_TIMEOUT":              {"Cela a pris trop de temps", "Pour protéger vos comptes, nous avons cessé d’attendre. Veuillez réessayer."},
		"INSTITUTION_DOWN":                {"Indisponible pour le moment", "%s n’est pas joignable en ce moment. Réessayez plus tard."},
		"INSTITUTION_NOT_RESPONDING":      {"Pas de réponse", "%s ne répond pas. Cela peut fonctionner si vous réessayez dans un moment."},
		"INSTITUTION_NO_LONGER_SUPPORTED": {"Plus pris en charge", "%s ne peut plus être connecté."},
		"COUNTRY_NOT_SUPPORTED":           {"Non disponible ici", "Les comptes de %s ne peuvent pas être connectés : son pays n’est pas pris en charge."},
		"PRODUCTS_NOT_SUPPORTED":          {"Non disponible pour cette application", "%s n’offre pas ce dont cette application a besoin."},
		"INSTITUTION_RATE_LIMIT":          {"Trop de demandes à la fois", "%s n’accepte plus de demandes pour l’instant. Réessayez dans une minute."},
		"INVALID_LINK_TOKEN":              {"Ce lien ne fonctionne plus", "Il a expiré ou a déjà servi. Retournez à l’application et recommencez."},
		"INTERNAL_SERVER_ERROR":           {"Un problème est survenu", "C’était notre faute, pas la vôtre. Veuillez réessayer."},
	},

	ExitTitle: "Quitter sans connecter ?", ExitLead: "Rien n’a été partagé avec %s. Ce que vous avez entré est effacé.", Stay: "Poursuivre", Leave: "Quitter",

	DoneTitle: "C’est fait", DoneLead: "Vous pouvez fermer cette page.", LeftTitle: "Vous avez quitté", LeftLead: "Rien n’a été partagé. Vous pouvez fermer cette page.",
	ReturnTo: "Retourner à %s",

	GoneTitle: "Cette page ne fonctionne plus", GoneText: "Elle a expiré ou a déjà servi. Retournez à l’application qui vous a envoyé ici et recommencez.",
	TroubleTitle: "Un problème est survenu", TroubleText: "C’était notre faute, pas la vôtre. Veuillez réessayer.",
	NotAllowedTitle: "Cette page ne peut pas être affichée ici", NotAllowedText: "Le site qui l’a ouverte n’y est pas autorisé. Son développeur doit ajouter son adresse aux origines autorisées.",
	RequestLine: "Demande %s",

	Bank: bankWords{
		Notice:      "Ceci est une banque de test. Rien ici n’est réel.",
		SignInTitle: "Identifiez-vous auprès de %s", SignInLead: "%s demande à se connecter à vos comptes.", Outcome: "Ce qui doit se passer", Success: "S’identifier", SignIn: "S’identifier",
		ShareTitle: "Partager des comptes avec %s ?", ShareLead: "%s verra les comptes que vous choisissez.", Accounts: "Comptes", Allow: "Autoriser", Deny: "Refuser",
		DoneTitle: "Vous êtes identifié", DoneLead: "Retournez à la fenêtre de %s pour terminer.", CloseWindow: "Fermer cette fenêtre", GoBack: "Retourner à %s",
	},
}
