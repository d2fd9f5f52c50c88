package jamf

import (
	"encoding/json"
	"html"
	"strings"

	"syncguard/internal/deploy"
)

// Options are those of a client of the API.
func Options(a deploy.Authorizer) deploy.Options {
	return deploy.Options{Authorizer: a, Message: responseMessage}
}

// message finds the words in the page of HTML that the Classic API answers with, such as the one in
// https://github.com/grokability/jamf2snipe/issues/148, or in the JSON of the other ones.
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
