package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// document is the OpenAPI description, as it is given.
type document map[string]any

// object is a part of it.
type object = map[string]any

// version is that of the API: the first number stands in its addresses.
const version = "1.0.0"

const about = `Everything that the pages of this site can do, for programs. Read docs/api.md of its source first: it has an example.

Who posts gets a ticket, waits or does its work, and sends it with the post. Nobody needs an account: a token is made for who brings none, and is told once.

Times are kept to the minute. Texts are in the site's markup; html is safe to show as it is. Fields are added in time, and never taken away: pass over those that you don't know.`

// describe writes what can be asked as an OpenAPI 3.1 document
// (https://spec.openapis.org/oas/v3.1.1.html).
func describe(s Site) json.RawMessage {
	known := shapes{}
	failed := object{"description": "What went wrong.", "content": object{"application/problem+json": object{"schema": known.of(reflect.TypeFor[problem]())}}}
	paths := map[string]object{}
	for _, o := range operations {
		method, path, _ := strings.Cut(o.route, " ")
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path][strings.ToLower(method)] = o.describe(known)
	}
	written, err := json.Marshal(document{
		"openapi": "3.1.1",
		"info": object{
			"title": s.Name, "version": version, "description": about,
			"license": object{"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
		},
		"servers": []object{{"url": cmp.Or(s.Base, "/")}},
		"paths":   paths,
		"components": object{
			"schemas": known, "responses": object{"Problem": failed},
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "The token that an earlier post was answered with."}},
		},
	})
	if err != nil {
		panic(fmt.Sprintf("api: %v", err)) // a table that can't be written is a fault of the build
	}
	return written
}

func (o operation) describe(known shapes) object {
	status := cmp.Or(o.status, http.StatusOK)
	success := object{"description": http.StatusText(status), "content": object{"application/json": object{"schema": known.of(reflect.TypeOf(o.gives))}}}
	answers := object{fmt.Sprint(status): success, "default": object{"$ref": "#/components/responses/Problem"}}
	made := object{"operationId": o.id, "summary": o.summary, "responses": answers}
	if strings.HasPrefix(o.route, "GET ") {
		answers["304"] = object{"description": "It is what If-None-Match names."}
	}
	if takes := o.parameters(); len(takes) > 0 {
		made["parameters"] = takes
	}
	content := object{}
	if o.sends != nil {
		content["application/json"] = object{"schema": strict(known, o.sends)}
	}
	if o.form != nil {
		content["multipart/form-data"] = object{"schema": known.of(reflect.TypeOf(o.form))}
	}
	if len(content) > 0 {
		made["requestBody"] = object{"required": true, "content": content}
	}
	if o.actor {
		made["security"] = []object{{}, {"token": []string{}}}
	}
	return made
}

// strict is the schema of what is sent, of which nothing unknown is taken.
func strict(known shapes, sent any) schema {
	s := known.of(reflect.TypeOf(sent))
	name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
	shape, no := known[name], false
	shape.Further = &no
	known[name] = shape
	return s
}

// parameters are those of the path, then those of the query.
func (o operation) parameters() []object {
	var all []object
	for _, p := range inPath {
		if strings.Contains(o.route, "{"+p.name+"}") {
			all = append(all, object{"name": p.name, "in": "path", "required": true, "description": p.about, "schema": p.value})
		}
	}
	for _, p := range o.takes {
		all = append(all, object{"name": p.name, "in": "query", "description": p.about, "schema": p.value})
	}
	return all
}
