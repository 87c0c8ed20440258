using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TrainingService.Serving;

namespace Unit.TrainingService.Serving;

public class InferenceReplicasTests
{
    private readonly List<TimeSpan> waits = [];
    private readonly List<string> asked = [];
    private readonly Queue<Func<HttpResponseMessage>> answers = new();

    [SetUp]
    public void Forget()
    {
        waits.Clear();
        asked.Clear();
        answers.Clear();
    }

    [Test]
    public async Task A_full_service_is_asked_again_when_it_says()
    {
        Answer(Full(seconds: 7), Full(seconds: 3), Fine);
        using var answer = await SendAsync(replicas: 1);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3) }));
    }

    [Test]
    public async Task Where_one_is_full_or_away_the_next_is_asked_without_a_wait()
    {
        Answer(Full(seconds: 7), Away, Fine);
        using var answer = await SendAsync(replicas: 3);
        Assert.That((asked, waits), Is.EqualTo((new[] { "inference-0", "inference-1", "inference-2" }, Array.Empty<TimeSpan>())));
    }

    [Test]
    public void Patience_ends_with_what_the_service_said()
    {
        for (var i = 0; i < 100; i++)
            Answer(Full(seconds: 50));
        Assert.That(() => SendAsync(replicas: 1), Throws.TypeOf<ProblemException>().With.Message.EqualTo("The queue is full.").And.Property("Status").EqualTo(503));
        Assert.That(waits.Aggregate((all, wait) => all + wait), Is.EqualTo(TimeSpan.FromMinutes(2)));
    }

    [Test]
    public void A_service_that_is_away_for_all_the_time_is_a_failed_call()
    {
        for (var i = 0; i < 1000; i++)
            Answer(Away);
        Assert.That(() => SendAsync(replicas: 2), Throws.TypeOf<HttpRequestException>().With.Message.Contains("does not answer"));
        Assert.That(waits.Take(5), Is.Ordered);
        Assert.That(waits.Aggregate((all, wait) => all + wait), Is.EqualTo(TimeSpan.FromMinutes(2)));
    }

    [Test]
    public void What_another_try_would_not_change_is_not_tried_again()
    {
        Answer(() => With(HttpStatusCode.BadRequest, "The input 'input' has the wrong shape."), Fine);
        Assert.That(() => SendAsync(replicas: 2), Throws.TypeOf<ProblemException>().With.Message.Contains("wrong shape").And.Property("Status").EqualTo(400));
        Assert.That(asked, Has.Count.EqualTo(1));
    }

    [TestCase(HttpStatusCode.InternalServerError)]
    [TestCase(HttpStatusCode.BadGateway)]
    [TestCase(HttpStatusCode.GatewayTimeout)]
    public async Task A_replica_that_breaks_is_followed_by_the_next_and_asked_again_later(HttpStatusCode status)
    {
        Answer(() => With(status, "It broke."), Away, Fine);
        using var answer = await SendAsync(replicas: 2);
        Assert.That((asked, waits.Count), Is.EqualTo((new[] { "inference-0", "inference-1", "inference-0" }, 1)));
    }

    [TestCase(HttpStatusCode.NotFound)]
    [TestCase(HttpStatusCode.Conflict)]
    public async Task What_one_replica_does_not_have_another_may(HttpStatusCode status)
    {
        Answer(() => With(status, "Not here."), Fine);
        using var answer = await SendAsync(replicas: 2);
        Assert.That((answer.StatusCode, waits.Count), Is.EqualTo((HttpStatusCode.OK, 0)));
    }

    [Test]
    public void What_no_replica_has_is_not_asked_for_again()
    {
        Answer(() => With(HttpStatusCode.NotFound, "Not here."), () => With(HttpStatusCode.NotFound, "Not there."));
        Assert.That(() => SendAsync(replicas: 2), Throws.TypeOf<ProblemException>().With.Message.EqualTo("Not here.").And.Property("Status").EqualTo(404));
        Assert.That((asked.Count, waits.Count), Is.EqualTo((2, 0)));
    }

    [Test]
    public void Without_any_address_it_says_so() =>
        Assert.That(() => SendAsync(replicas: 0), Throws.TypeOf<HttpRequestException>().With.Message.Contains("No address"));

    private static HttpResponseMessage Fine() => new(HttpStatusCode.OK);

    private static HttpResponseMessage Away() => throw new HttpRequestException("Connection refused");

    private static Func<HttpResponseMessage> Full(int seconds) => () =>
    {
        var answer = With(HttpStatusCode.ServiceUnavailable, "The queue is full.");
        answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        return answer;
    };

    private static HttpResponseMessage With(HttpStatusCode status, string error) =>
        new(status) { Content = new StringContent($$"""{"error": "{{error}}"}""", Encoding.UTF8, "application/json") };

    private void Answer(params Func<HttpResponseMessage>[] next)
    {
        foreach (var answer in next)
            answers.Enqueue(answer);
    }

    private async Task<HttpResponseMessage> SendAsync(int replicas)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(Enumerable.Range(0, replicas).Select(i => KeyValuePair.Create($"services:inference-{i}:http:0", (string?)$"http://inference-{i}")))
            .Build();
        using var http = new HttpClient(new Script(this));
        return await new InferenceReplicas(http, configuration, Options.Create(new ServingOptions()), new Clock(waits)).SendAsync(HttpMethod.Get, "/x", content: null, CancellationToken.None);
    }

    private sealed class Script(InferenceReplicasTests test) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            test.asked.Add(request.RequestUri!.Host);
            return Task.FromResult(test.answers.Dequeue()());
        }
    }

    /// <summary>A clock on which every wait is over at once, and was as long as it should be.</summary>
    private sealed class Clock(List<TimeSpan> waits) : TimeProvider
    {
        private TimeSpan now;

        public override long GetTimestamp() => now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            waits.Add(dueTime);
            now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
