using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using InferenceService;
using Integration.InferenceService.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Integration.InferenceService;

/// <summary>What the gateway and InferenceService tell each other beside the token.</summary>
public class GatewayHeadersTests
{
    private TaskApplication _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _app = await TaskApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public async Task The_gateway_hears_how_many_items_were_predicted()
    {
        using var answer = await PredictAsync(rows: 3, address: null);
        Assert.That(answer.Headers.GetValues("X-Item-Count"), Is.EqualTo(new[] { "3" }));
    }

    [TestCase("203.0.113.9")]
    [TestCase("203.0.113.0/24")]
    public async Task The_address_is_kept_with_the_prediction_and_shown_to_nobody(string address)
    {
        using var answer = await PredictAsync(rows: 1, address);
        var body = await answer.ReadAsync();
        Assert.That(await KeptAsync(body), Is.EqualTo(address));
        var seen = await _app.Caller.GetAsync($"/v1/predictions/{body.Text("id")}").ReadAsync();
        Assert.That(body.ToJsonString() + seen.ToJsonString(), Does.Not.Contain("203.0.113"));
    }

    [TestCase("")]
    [TestCase("an address that is longer than any address in any form that there can be")]
    public async Task What_is_no_address_is_not_kept(string address)
    {
        using var answer = await PredictAsync(rows: 1, address);
        Assert.That(await KeptAsync(await answer.ReadAsync()), Is.Null);
    }

    private async Task<string?> KeptAsync(JsonNode answer)
    {
        await using var scope = _app.Replicas[0].Services.CreateAsyncScope();
        var request = Guid.Parse(answer.Text("id"));
        return (await scope.ServiceProvider.GetRequiredService<InferenceDb>().Predictions.AsNoTracking().SingleAsync(p => p.RequestId == request)).ClientAddress;
    }

    private async Task<HttpResponseMessage> PredictAsync(int rows, string? address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/models/{_app.Rows}/predict")
        {
            Content = JsonContent.Create(new { rows = Enumerable.Repeat(new { abuse_type = "MSG", report_text_len = 10, profile_rating = 1.5, popularity = 3 }, rows) }),
        };
        if (address is not null)
            request.Headers.TryAddWithoutValidation("X-Client-Address", address);
        var answer = await _app.Caller.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return answer;
    }
}
