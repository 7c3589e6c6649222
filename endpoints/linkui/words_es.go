package linkui

// spanish is Link in Spanish.
//
//nolint:misspell,gosec // words of another language, and no credentials
var spanish = words{
	Code: "es",

	Close: "Cerrar", Back: "Atrás", Continue: "Continuar", Show: "Mostrar", Hide: "Ocultar",
	Step:    "Paso %d de %d",
	Working: "Un momento…", Offline: "Se perdió la conexión. Comprueba tu red y vuelve a intentarlo.",
	TestNotice: "Este es un entorno de pruebas. No introduzcas nunca datos reales: usa %s y %s.",
	ThisApp:    "Esta aplicación",

	ConsentTitle: "Conecta tus cuentas con %s", ConsentLead: "Tarda cerca de un minuto. Eliges tu banco, inicias sesión y decides qué compartir.",
	ConsentSees: "%s podrá ver", ConsentPromise: "Tus datos de acceso nunca se comparten con %s.",
	ConsentChoice:  "Solo de las cuentas que elijas. Puedes salir en cualquier momento antes de que tu banco esté conectado y no se compartirá nada.",
	ReconnectTitle: "Vuelve a conectar %s", ReconnectLead: "Inicia sesión de nuevo en %s para que %s pueda mantener tus cuentas al día.",
	Products: map[string]string{
		"accounts": "Nombres, tipos y saldos de las cuentas", "transactions": "Tus movimientos", "auth": "Números de cuenta y de ruta",
		"identity": "Tu nombre, dirección, teléfono y correo electrónico", "investments": "Tus inversiones y su historial",
		"investments_auth": "Números de tus cuentas de inversión", "liabilities": "Las condiciones de tus tarjetas y préstamos",
		"assets": "Un informe de tus saldos y su historial", "statements": "Tus extractos bancarios",
		"income_verification": "Tus ingresos", "employment": "Tu empleador", "signal": "Indicios de si un pago se completará",
		"transfer": "Pagos desde y hacia tus cuentas", "payment_initiation": "Los pagos que apruebes",
		"standing_orders": "Las órdenes permanentes que apruebes", "income": "Tus ingresos", "processor_payments": "Pagos a través de un servicio de pago",
		"balance": "Tus saldos actuales", "recurring_transactions": "Pagos que se repiten", "transactions_refresh": "Tus movimientos más recientes",
		"identity_match": "Si tus datos coinciden con los de tu banco",
	},

	InstitutionTitle: "Elige tu banco", Search: "Busca tu banco", Suggested: "Sugerencias",
	Found: "%d entidades encontradas", FoundOne: "1 entidad encontrada", NotFound: "Nada coincide con «%s»",
	NotFoundHelp: "Revisa la ortografía o prueba con un nombre más corto.", NotForThisApp: "No disponible para esta aplicación",

	WarningTitle: "%s tiene problemas en este momento", WarningText: "La conexión con %s puede tardar más de lo normal o fallar. Puedes continuar o volver más tarde.",
	ContinueAnyway: "Continuar de todos modos", ChooseOther: "Elegir otro banco",

	SignInTitle: "Inicia sesión en %s", SignInLead: "Usa los mismos datos que en el sitio de %s.", Username: "Usuario", Password: "Contraseña",
	TokenTitle: "Conecta %s", TokenLead: "Pega el código de acceso que te dio %s.",
	UploadTitle: "Añade el archivo de tu banco", UploadLead: "Descarga tus movimientos del sitio de tu banco en OFX, QFX, CAMT, MT940 o CSV y elige aquí el archivo.",
	UploadLimit: "El archivo ocupa más de %d MB. Pide a tu banco un periodo más corto.", File: "Archivo",
	FileTitle: "Sobre tu archivo", FileLead: "No lo dice todo por sí mismo.", AnotherAccount: "Otra cuenta",
	FileFields: map[string]string{
		"file_date_order": "¿Qué día es?", "file_decimal": "¿Cuánto es?", "file_direction": "¿Es dinero que sale (−) o que entra (+)?",
		"file_currency": "Moneda, como EUR", "file_account": "¿De qué cuenta es?", "file_account_name": "Nombre de la cuenta",
		"file_account_type": "¿Qué tipo de cuenta es?",
	},
	DeviceTitle: "Verifica que eres tú", DeviceLead: "%s te enviará un código. ¿Adónde debe llegar?", Device: "Enviar el código a",
	CodeTitle: "Introduce tu código", CodeLead: "Introduce el código que te envió %s.", CodeLabel: "Código",
	QuestionsTitle: "Responde a tus preguntas de seguridad", QuestionsLead: "Son preguntas que configuraste en %s.",
	SelectionsTitle: "Verifica que eres tú", SelectionsLead: "Elige las respuestas correctas para %s.",

	OAuthTitle: "Continúa en %s", OAuthLead: "Iniciarás sesión en el sitio de %s y allí elegirás qué compartir. Después volverás aquí.",
	OAuthPromise: "%s nunca ve tus datos de acceso.", OAuthWaitTitle: "Esperando a %s",
	OAuthWaitLead: "Termina en el sitio de %s, en la ventana que se abrió. Esta página continuará sola.",
	OAuthAgain:    "Volver a abrir la ventana", OAuthDone: "Ya he terminado allí", OAuthBackTitle: "De vuelta de %s",

	AccountsTitle: "Elige las cuentas que quieres compartir", AccountsLead: "%s solo verá las cuentas que elijas.",
	AccountsTitleOne: "Elige la cuenta que quieres compartir", AccountsLegend: "Cuentas",
	ChooseSome: "Elige al menos una cuenta.", ChooseOne: "Elige una cuenta.", New: "Nueva", Ending: "terminada en %s",
	Subtypes: map[string]string{
		"checking": "Cuenta corriente", "savings": "Ahorro", "cd": "Depósito a plazo", "money market": "Mercado monetario",
		"cash management": "Gestión de efectivo", "hsa": "Ahorro para la salud", "prepaid": "Prepago", "paypal": "PayPal",
		"credit card": "Tarjeta de crédito", "mortgage": "Hipoteca", "student": "Préstamo estudiantil", "auto": "Préstamo de coche", "loan": "Préstamo",
		"line of credit": "Línea de crédito", "home equity": "Crédito hipotecario", "consumer": "Préstamo personal", "business": "Empresa",
		"ira": "IRA", "401k": "401(k)", "roth": "Roth IRA", "brokerage": "Corretaje", "529": "Plan 529", "pension": "Pensión",
	},

	ConnectedTitle: "Tus cuentas están conectadas", ConnectedLead: "%s ya está conectado con %s.",
	AddAnother: "Añadir otro banco", NextItem: "Continuar con el siguiente banco", Finish: "Terminar",

	TryAgain: "Reintentar", YourBank: "tu banco",
	Failures: map[string]failure{
		"INVALID_CREDENTIALS":             {"Esos datos no funcionaron", "Revisa tu usuario y tu contraseña de %s y vuelve a intentarlo."},
		"INVALID_MFA":                     {"Esa respuesta no es correcta", "Revísala y vuelve a intentarlo."},
		"INVALID_SEND_METHOD":             {"El código no puede enviarse ahí", "Elige otra forma de recibirlo."},
		"INVALID_FIELD":                   {"Eso no se puede leer", "Revisa lo que introdujiste y vuelve a intentarlo."},
		"INSUFFICIENT_CREDENTIALS":        {"No se completó el inicio de sesión", "Inicia sesión otra vez en %s y llega hasta el final."},
		"ACCESS_NOT_GRANTED":              {"No se dio permiso", "Para conectar, %s necesita que lo permitas. No se compartió nada."},
		"ITEM_LOCKED":                     {"Tu cuenta está bloqueada", "%s la ha bloqueado. Desbloquéala en su sitio y vuelve a intentarlo aquí."},
		"ITEM_LOGIN_REQUIRED":             {"Inicia sesión de nuevo", "%s te pide que inicies sesión otra vez."},
		"ITEM_NOT_FOUND":                  {"Esta conexión ya no existe", "Se eliminó y no puede renovarse."},
		"ITEM_NOT_SUPPORTED":              {"Esta cuenta no se puede conectar", "Las cuentas de este tipo en %s todavía no son compatibles."},
		"MFA_NOT_SUPPORTED":               {"Esta forma de acceso no es compatible", "Tu cuenta en %s usa un paso de seguridad que aquí no se puede hacer. Si puedes cambiarlo en su sitio, inténtalo después."},
		"USER_SETUP_REQUIRED":             {"Tu cuenta aún no está lista", "Entra en el sitio de %s y termina de configurarla. Después, vuelve a intentarlo aquí."},
		"PASSWORD_RESET_REQUIRED":         {"Tu banco pide una contraseña nueva", "Créala en el sitio de %s. Después, vuelve a intentarlo aquí."},
		"NO_ACCOUNTS":                     {"No se encontraron cuentas", "En %s no hay ninguna cuenta que se pueda conectar."},
		"NO_AUTH_ACCOUNTS":                {"No se encontró una cuenta adecuada", "Hace falta una cuenta corriente o de ahorro, y no se compartió ninguna de %s."},
		"NO_INVESTMENT_ACCOUNTS":          {"No se encontró una cuenta adecuada", "Hace falta una cuenta de inversión, y en %s no se encontró ninguna."},
		"NO_LIABILITY_ACCOUNTS":           {"No se encontró una cuenta adecuada", "Hace falta una tarjeta o un préstamo, y en %s no se encontró ninguno."},
		"RECAPTCHA_BAD":                   {"No pudimos comprobar que eres una persona", "Vuelve a intentarlo."},
		"PAYMENT_INVALID_RECIPIENT":       {"No se puede pagar al destinatario", "%s no acepta a este destinatario. Pregunta a la aplicación que te trajo aquí."},
		"USER_INPUT_TIMEOUT":              {"Pasó demasiado tiempo", "Para proteger tus cuentas dejamos de esperar. Vuelve a intentarlo."},
		"INSTITUTION_DOWN":                {"No disponible ahora", "En este momento no se puede acceder a %s. Inténtalo más tarde."},
		"INSTITUTION_NOT_RESPONDING":      {"Sin respuesta", "%s no responde. Puede que funcione si lo intentas dentro de un rato."},
		"INSTITUTION_NO_LONGER_SUPPORTED": {"Ya no es compatible", "%s ya no se puede conectar."},
		"COUNTRY_NOT_SUPPORTED":           {"No disponible aquí", "Las cuentas de %s no se pueden conectar: su país no es compatible."},
		"PRODUCTS_NOT_SUPPORTED":          {"No disponible para esta aplicación", "%s no ofrece lo que esta aplicación necesita."},
		"INSTITUTION_RATE_LIMIT":          {"Demasiadas solicitudes", "%s no admite más solicitudes ahora. Vuelve a intentarlo en un minuto."},
		"INVALID_LINK_TOKEN":              {"Este enlace ya no funciona", "Caducó o ya se usó. Vuelve a la aplicación y empieza de nuevo."},
		"INTERNAL_SERVER_ERROR":           {"Algo salió mal", "Fue culpa nuestra, no tuya. Vuelve a intentarlo."},
	},

	ExitTitle: "¿Salir sin conectar?", ExitLead: "No se ha compartido nada con %s. Lo que has introducido se descarta.", Stay: "Seguir", Leave: "Salir",

	DoneTitle: "Listo", DoneLead: "Ya puedes cerrar esta página.", LeftTitle: "Has salido", LeftLead: "No se compartió nada. Ya puedes cerrar esta página.",
	ReturnTo: "Volver a %s",

	GoneTitle: "Esta página ya no funciona", GoneText: "Caducó o ya se usó. Vuelve a la aplicación que te trajo aquí y empieza de nuevo.",
	TroubleTitle: "Algo salió mal", TroubleText: "Fue culpa nuestra, no tuya. Vuelve a intentarlo.",
	NotAllowedTitle: "Esta página no se puede mostrar aquí", NotAllowedText: "El sitio que la abrió no tiene permiso. Quien lo desarrolla debe añadir su dirección a los orígenes permitidos.",
	RequestLine: "Solicitud %s",

	Bank: bankWords{
		Notice:      "Este es un banco de pruebas. Nada de lo que hay aquí es real.",
		SignInTitle: "Inicia sesión en %s", SignInLead: "%s pide conectarse a tus cuentas.", Outcome: "Qué debe ocurrir", Success: "Iniciar sesión", SignIn: "Iniciar sesión",
		ShareTitle: "¿Compartir cuentas con %s?", ShareLead: "%s verá las cuentas que elijas.", Accounts: "Cuentas", Allow: "Permitir", Deny: "No permitir",
		DoneTitle: "Has iniciado sesión", DoneLead: "Vuelve a la ventana de %s para terminar.", CloseWindow: "Cerrar esta ventana", GoBack: "Volver a %s",
	},
}
