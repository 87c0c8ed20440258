using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FeedbackService;
using Integration.AuthService;
using Integration.InferenceService;
using Integration.StorageService;
using Integration.TrainingService;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Integration;

/// <summary>
/// Whoever gets past the gateway has won nothing: every endpoint of every service asks for a token of AuthService, whatever the
/// headers say. What does not is listed here by name.
/// </summary>
public partial class EndpointProtectionTests
{
    private static readonly string[] Anonymous = ["GET /health/live", "GET /health/ready", "GET /openapi/v1.json"];

    [Test]
    public async Task AuthService_asks_for_a_token_everywhere()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        await ShouldBeProtectedAsync(auth.Services, auth.Address, "GET /.well-known/jwks.json", "POST /token", "POST /v1/auth/register",
            "GET /v1/auth/erasures/{id:guid}"); // which has a token of its own: the account is gone
    }

    [Test]
    public async Task StorageService_asks_for_a_token_everywhere()
    {
        await using var storage = await StorageApplication.StartNewAsync();
        await ShouldBeProtectedAsync(storage.Services, storage.Address);
    }

    [Test]
    public async Task TrainingService_asks_for_a_token_everywhere()
    {
        using var packages = new PackageFolder();
        await using var storage = await StorageApplication.StartNewAsync();
        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);
        await ShouldBeProtectedAsync(training.Services, training.Address);
    }

    [Test]
    public async Task InferenceService_asks_for_a_token_everywhere()
    {
        using var packages = new PackageFolder();
        packages.WriteScorer(PackageFolder.NewModelName(), "1");
        await using var storage = await StorageApplication.StartNewAsync();
        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        await ShouldBeProtectedAsync(inference.Services, inference.Caller.BaseAddress!.ToString(), "GET /health", "GET /heartbeat", "GET /v2/health/live", "GET /v2/health/ready");
    }

    [Test]
    public async Task FeedbackService_asks_for_a_token_everywhere()
    {
        await using var feedback = await ServiceHost<FeedbackDb>.StartNewAsync("feedback", $"feedback_{Guid.NewGuid():N}", new Dictionary<string, string> { ["services:inference-0:http:0"] = InferenceApplication.Nowhere });
        await feedback.WaitUntilReadyAsync();
        await ShouldBeProtectedAsync(feedback.Services, feedback.Address);
    }

    private static async Task ShouldBeProtectedAsync(IServiceProvider services, string address, params string[] alsoAnonymous)
    {
        var endpoints = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (Name: $"{method} {PathOf(endpoint)}", Method: method, Endpoint: endpoint)))
            .Where(endpoint => endpoint.Method != "HEAD")
            .ToArray();
        Assert.That(endpoints, Has.Length.GreaterThan(Anonymous.Length), "there is something to ask for");
        Assert.That(
            endpoints.Where(endpoint => endpoint.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(endpoint => endpoint.Name).Distinct(),
            Is.SubsetOf(Anonymous.Concat(alsoAnonymous)));

        using var client = new HttpClient { BaseAddress = new Uri(address) };
        foreach (var (name, method, endpoint) in endpoints.Where(endpoint => endpoint.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(PathOf(endpoint), match => match.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.NewGuid().ToString() : "x"));
            foreach (var (header, value) in Claims)
                request.Headers.TryAddWithoutValidation(header, value);
            if (method is "POST" or "PUT" or "PATCH")
                request.Content = new StringContent("{}", Encoding.UTF8, endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json");
            using var answer = await client.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), name);
        }
    }

    /// <summary>What other systems believe.</summary>
    private static readonly (string Header, string Value)[] Claims =
    [
        ("X-User-Id", "root"), ("X-User-Roles", "admin"), ("X-Forwarded-User", "root"), ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"),
        ("X-Original-URL", "/health/live"), ("X-Rewrite-URL", "/health/live"), ("X-HTTP-Method-Override", "GET"), ("X-MS-CLIENT-PRINCIPAL", "e30="),
        ("X-API-Key", "isk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), ("Cookie", "session=admin"), ("Authorization", "Basic YWRtaW46YWRtaW4="),
    ];

    private static string PathOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
