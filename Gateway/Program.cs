using Gateway;
using Gateway.ApiDocs;
using Gateway.Health;
using Gateway.Home;
using Gateway.Identity;
using Gateway.Limits;
using Gateway.Requests;
using Gateway.Routing;
using Gateway.Transport;
using ServiceDefaults;
using ServiceDefaults.Problems;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IProblemDetailsWriter, OpenInferenceErrors>();
builder.AddServiceDefaults();
builder.AddConnectionLimits();
builder.AddTls();
builder.AddKnownProxies();
builder.AddCorsByConfiguration();
builder.AddEdgeIdentity();
builder.AddRateLimits();
builder.AddRequestLog();
builder.AddProxy();
builder.AddApiDocs();
ServiceCheck.Add(builder, RouteTable.Auth, RouteTable.Inference);

var app = builder.Build();
app.UseKnownProxies();
app.UseRequestIds();
app.UseRequestLog();
app.UseSecurityHeaders();
app.UseTls();
app.UseCorsByConfiguration();
app.UseDocsPage();
app.UseServiceDefaults();
app.UsePathRules();
app.UseBodyLimits();
app.UseRateLimits();
app.UseRequestTimeouts();
app.MapHome();
app.MapApiDocument();
app.MapReverseProxy(proxy =>
{
    proxy.UseForwardingProblems();
    proxy.UseOutboundIdentity();
    proxy.UseLoadBalancing();
    proxy.UsePassiveHealthChecks();
});
app.Run();
