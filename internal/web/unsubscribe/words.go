package unsubscribe

import "strings"

// words is everything the page says in one language. %s is the project's name.
type words struct {
	Ask, What, Button                string
	Done, Ended                      string
	Unknown, Perhaps, Trouble, Again string
}

var spoken = map[string]words{
	"en": {"Shall we stop asking you?", "%s will not ask you for an interview any more: not by mail, and not on its pages. Everything else stays as it is.", "Don't ask me again",
		"Done. We will not ask again.", "%s does not ask you for interviews any more. Nothing else changes. Thank you for telling us.",
		"This link leads nowhere.", "It may be incomplete, or what it belonged to has been deleted. Then there is nothing left that could be sent to you.",
		"We cannot do that right now.", "Nothing was changed. Try again in a minute."},
	"de": {"Sollen wir Sie nicht mehr fragen?", "%s bittet Sie dann um kein Interview mehr, weder per E-Mail noch auf den eigenen Seiten. Alles andere bleibt, wie es ist.", "Nicht mehr fragen",
		"Erledigt. Wir fragen nicht mehr.", "%s bittet Sie um keine Interviews mehr. Sonst ändert sich nichts. Danke, dass Sie es uns gesagt haben.",
		"Dieser Link führt nirgendwohin.", "Vielleicht ist er unvollständig, oder das, wozu er gehörte, wurde gelöscht. Dann gibt es nichts mehr, was an Sie geschickt werden könnte.",
		"Das geht gerade nicht.", "Es wurde nichts geändert. Versuchen Sie es in einer Minute noch einmal."},
	"es": {"¿Dejamos de preguntarle?", "%s no volverá a pedirle una entrevista, ni por correo ni en sus páginas. Todo lo demás sigue igual.", "No volver a preguntarme",
		"Hecho. No volveremos a preguntar.", "%s ya no le pide entrevistas. Nada más cambia. Gracias por decírnoslo.",
		"Este enlace no lleva a ninguna parte.", "Puede estar incompleto, o se borró aquello a lo que pertenecía. Entonces ya no hay nada que se le pueda enviar.",
		"Ahora mismo no es posible.", "No se ha cambiado nada. Inténtelo de nuevo en un minuto."},
	"fr": {"Ne plus vous demander ?", "%s ne vous proposera plus d’entretien, ni par e-mail ni sur ses pages. Tout le reste demeure inchangé.", "Ne plus me demander",
		"C’est fait. Nous ne demanderons plus.", "%s ne vous propose plus d’entretiens. Rien d’autre ne change. Merci de nous l’avoir dit.",
		"Ce lien ne mène nulle part.", "Il est peut-être incomplet, ou ce à quoi il appartenait a été supprimé. Il ne reste alors rien qui puisse vous être envoyé.",
		"Ce n’est pas possible pour le moment.", "Rien n’a été changé. Réessayez dans une minute."},
}

// wordsFor is what to say to a browser that asks for these languages.
func wordsFor(accept string) (words, string) {
	for i, part := range strings.Split(accept, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if w, ok := spoken[base]; ok && i < 10 {
			return w, base
		}
	}
	return spoken["en"], "en"
}
