package jamf

import (
	"encoding/json"
	"html"
	"strings"

	"syncguard/internal/deploy"
)

// Options returns the client options of the API.
func Options(a deploy.Authorizer) deploy.Options {
	return deploy.Options{Authorizer: a, Message: responseMessage}
}

// responseMessage extracts the message from a refusal: the Classic API's HTML page, such as the one in
// https://github.com/grokability/jamf2snipe/issues/148, or the JSON of the other APIs.
func responseMessage(body []byte) string {
	text := string(body)
	if _, rest, ok := strings.Cut(text, "<p>"); ok && strings.Contains(text, "<html") {
		var paragraphs []string
		for paragraph := range strings.SplitSeq("<p>"+rest, "<p>") {
			if p, _, ok := strings.Cut(paragraph, "</p>"); ok && !strings.Contains(p, "<") {
				paragraphs = append(paragraphs, p)
			}
		}
		return html.UnescapeString(strings.Join(paragraphs, " "))
	}
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Errors      []struct {
			Code        string `json:"code"`
			Description string `json:"description"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(body, &e)
	words := e.Error + " " + e.Description
	for _, x := range e.Errors {
		words += " " + x.Code + " " + x.Description
	}
	return strings.TrimSpace(words)
}
