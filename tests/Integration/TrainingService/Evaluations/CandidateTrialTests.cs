using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Integration.InferenceService;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TestSupport;
using TrainingService;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Serving;

namespace Integration.TrainingService.Evaluations;

/// <summary>A candidate that passed its gates, and an InferenceService that is not at its best when it is to be tried.</summary>
public sealed class CandidateTrialTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync();

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task A_replica_that_has_not_heard_of_the_candidate_yet_is_asked_again()
    {
        var decision = await DecideAsync(JudgementServices.Suite.Inference.Caller.BaseAddress!.ToString(), unknown: 3);

        Assert.That(decision.Promoted, Is.True, string.Join("; ", decision.Reasons));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 live"));
    }

    [Test]
    public async Task While_it_is_away_the_candidate_stays_one()
    {
        var decision = await DecideAsync(InferenceApplication.Nowhere, unknown: 0);

        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Reasons.Single(), Does.StartWith("InferenceService can't be asked to serve it for now"));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task More_answers_than_fit_into_memory_are_refused_before_any_is_asked_for()
    {
        var version = await model.RegisterAsync(4, 0);
        var problem = await Task.Run(() => Assert.ThrowsAsync<ProblemException>(() => JudgedModel.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<TrainingDb>();
            var fit = await VersionOnDataset.FitAsync(db, await db.Versions.SingleAsync(v => v.Model == model.Name && v.Version == version), await db.Datasets.SingleAsync(d => d.Id == model.Dataset), 1, CancellationToken.None);
            var known = fit.Reading.Classes;
            var many = fit with { Reading = new ClassReading(fit.Manifest, [.. known, .. Enumerable.Range(known.Count, 5001 - known.Count).Select(each => $"class {each}")], known.Count) };
            return await services.GetRequiredService<VersionAnswers>().AskAsync(many, 1, new Guid[10_000], _ => { }, CancellationToken.None);
        })));

        Assert.That((problem!.Status, problem.Code), Is.EqualTo((409, "too-large")));
        Assert.That(problem.Message, Does.Contain("10000 rows by 5001 classes"));
    }

    /// <summary>Registers, evaluates and judges as a run does; but the trial has another InferenceService.</summary>
    /// <param name="unknown">How often that does not know the version.</param>
    private async Task<GateDecision> DecideAsync(string address, int unknown)
    {
        var version = await model.RegisterAsync(4, 0);
        var run = Guid.Parse((await model.EvaluateAsync(version)).Text("id"));
        using var http = new HttpClient(new LateReplica(unknown));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Servers.AuthorityAsync()).Token("training", "inference"));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["services:inference-0:http:0"] = address }).Build();
        var options = Options.Create(new ServingOptions { Patience = TimeSpan.Zero });
        return await JudgedModel.InScopeAsync(async services =>
        {
            var client = new InferenceClient(new InferenceReplicas(http, configuration, options, TimeProvider.System), options);
            var trial = ActivatorUtilities.CreateInstance<CandidateTrial>(services, client, options);
            var gatekeeper = ActivatorUtilities.CreateInstance<Gatekeeper>(services, ActivatorUtilities.CreateInstance<Judge>(services, trial));
            var candidate = await services.GetRequiredService<TrainingDb>().Versions.AsNoTracking().SingleAsync(v => v.Model == model.Name && v.Version == version);
            return await gatekeeper.DecideAsync(candidate, run, hold: null, model.Subject, CancellationToken.None);
        });
    }

    /// <summary>Answers some times as one that was asked for the version before it was registered.</summary>
    private sealed class LateReplica(int unknown) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int asked;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            asked++ < unknown
                ? new HttpResponseMessage(HttpStatusCode.NotFound) { Content = JsonContent.Create(new { error = "There is no such version to serve." }) }
                : await base.SendAsync(request, cancellationToken);
    }
}
