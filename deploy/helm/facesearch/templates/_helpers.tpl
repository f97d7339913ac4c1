{{- define "facesearch.name" -}}
{{- if contains "facesearch" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-facesearch" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "facesearch.selector" -}}
app.kubernetes.io/name: facesearch
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "facesearch.labels" -}}
{{ include "facesearch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
