using Gateway;
using Gateway.ApiDocs;
using Gateway.Health;
using Gateway.Home;
using Gateway.Identity;
using Gateway.Limits;
using Gateway.Routing;
using ServiceDefaults;
using ServiceDefaults.Problems;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IProblemDetailsWriter, OpenInferenceErrors>();
builder.AddServiceDefaults();
builder.AddEdgeIdentity();
builder.AddRateLimits();
builder.AddProxy();
builder.AddApiDocs();
ServiceCheck.Add(builder, RouteTable.Auth, RouteTable.Inference);

var app = builder.Build();
app.UseRequestIds();
app.UseSecurityHeaders();
app.UseDocsPage();
app.UseServiceDefaults();
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
