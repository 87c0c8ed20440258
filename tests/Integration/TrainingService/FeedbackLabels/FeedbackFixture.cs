using System.Net;
using System.Text.Json.Nodes;
using InferenceSuite.Contracts;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>A data set, the model that it is for, and somebody who says what they think of that model's predictions.</summary>
public abstract class FeedbackFixture
{
    private protected readonly string visitor = Guid.CreateVersion7().ToString();
    private protected DatasetCaller owner = null!;
    private protected string dataset = null!, model = null!;
    private DateTimeOffset time = DateTimeOffset.UtcNow;

    /// <summary>A data set with a row of each of two classes.</summary>
    [SetUp]
    public async Task CreateAsync()
    {
        var subject = Guid.CreateVersion7().ToString();
        owner = new DatasetCaller(await FeedbackServices.Training.ClientInRoleAsync(subject, "admin", "train"), subject);
        await TakeAnotherAsync();
    }

    private protected async Task TakeAnotherAsync()
    {
        (model, dataset) = (FeedbackServices.TakeModel(), await owner.CreateAsync());
        await owner.PostCsvAsync(dataset, "a,c,label\n1,x,cat\n9,y,dog\n").ReadAsync();
    }

    [TearDown]
    public void Leave() => owner.Dispose();

    private protected Guid Predicted(int a) => FeedbackServices.Inputs.Add(visitor, $$"""{"a": {{a}}, "c": "x"}""");

    private protected Task PutPolicyAsync(string use) =>
        owner.Http.PutAsync($"{dataset}/policy", DatasetCaller.Json($$"""{"model": "{{model}}", "feedback": "{{use}}"}""")).ReadAsync(HttpStatusCode.OK);

    private protected FeedbackReceived Said(Guid prediction, bool? correct = null, string? label = null, string? predicted = null, string? caller = null) =>
        new(prediction, caller ?? visitor, model, "1", predicted, correct, label, null, time = time.AddSeconds(1));

    private protected Task SayAsync(Guid prediction, bool? correct = null, string? label = null, string? predicted = null) => SendAsync(Said(prediction, correct, label, predicted));

    private protected async Task TakeBackAsync(Guid prediction) =>
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new FeedbackRemoved(prediction, visitor, model, "1", time = time.AddSeconds(1)));

    private protected static async Task SendAsync(FeedbackReceived said) => await EventSender.SendAsync(await Servers.RabbitMqAsync(), said);

    /// <summary>Returns when feedback that is sent now has been taken over: what was sent before has been, too.</summary>
    private protected async Task FenceAsync()
    {
        var fence = FeedbackServices.Inputs.Add(visitor, $$"""{"a": {{Random.Shared.Next(100, 1_000_000)}}, "c": "y"}""");
        await SayAsync(fence, label: "cat");
        await SeeRowAsync(fence, "what was sent last is taken over", seen => seen is not null);
    }

    private protected async Task<JsonNode?> RowAsync(Guid prediction)
    {
        using var answer = await owner.Http.GetAsync($"{dataset}/labels/prediction:{prediction}");
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.ReadAsync();
    }

    private protected Task<JsonNode?> SeeRowAsync(Guid prediction, string what, Predicate<JsonNode?> isSo) => Eventually.SeeAsync(what, () => RowAsync(prediction), isSo, log: () => FeedbackServices.Training.Log);

    private protected async Task<JsonNode> SeeCountsAsync(string what, Predicate<JsonNode> isSo) =>
        await Eventually.SeeAsync(what, async () => (await owner.GetAsync($"{dataset}/policy"))["feedback"]!, isSo, log: () => FeedbackServices.Training.Log);
}
