// Segment's library by snippet, as usercall's reference has it; host and key are this element's
// attributes. The host has its scheme, since the demo runs over plain http.
(function (script) {
  var a = (window.analytics = window.analytics || [])
  if (a.invoked || a.initialized) return
  a.invoked = true
  "track page screen identify group alias reset ready on once off user register addSourceMiddleware trackLink trackForm"
    .split(" ")
    .forEach(function (method) {
      a[method] = function () {
        var now = window.analytics
        if (now !== a) return now[method].apply(now, arguments)
        a.push([method].concat([].slice.call(arguments)))
        return a
      }
    })
  a._writeKey = script.dataset.writeKey
  a._cdn = script.dataset.host
  var library = document.createElement("script")
  library.async = true
  library.src = a._cdn + "/analytics.js/v1/" + a._writeKey + "/analytics.min.js"
  document.head.append(library)
  analytics.page("Prices")
})(document.currentScript)
