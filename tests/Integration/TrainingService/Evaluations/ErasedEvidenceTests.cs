using System.Net;
using InferenceSuite.Contracts;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.Erasure;
using TrainingService;
using TrainingService.Datasets.Snapshots;
using TrainingService.Registry;

namespace Integration.TrainingService.Evaluations;

/// <summary>What an erasure does to models and to what is known of them.</summary>
public class ErasedEvidenceTests
{
    [Test]
    public async Task The_receipt_counts_versions_trained_on_rows_of_the_erased_and_the_registry_shows_them()
    {
        using var model = await JudgedModel.NewAsync(perClass: 20);
        var helper = Guid.CreateVersion7().ToString();
        using var analyst = await JudgedModel.Training.ClientInRoleAsync(helper, "analyst", "train");
        using var csv = new StringContent(TinyModels.Csv(5, from: 3), System.Text.Encoding.UTF8, "text/csv");
        await analyst.PostAsync($"/v1/datasets/{model.Dataset}/labels", csv).ReadAsync();
        var (snapshot, _) = await JudgedModel.InScopeAsync(services => services.GetRequiredService<SnapshotMaker>().EnsureAsync(model.Dataset, model.Subject, CancellationToken.None));
        var touched = await model.RegisterAsync(4, 0, snapshot: snapshot.Id);
        var untouched = await model.RegisterAsync(4, 0);

        var counts = await EraseAsync(helper);

        Assert.That(counts["models-trained-on-erased-rows"], Is.EqualTo(1));
        Assert.That((await model.VersionAsync(touched))["erasedRows"]!.GetValue<int>(), Is.EqualTo(10));
        Assert.That((await model.VersionAsync(untouched))["erasedRows"]!.GetValue<int>(), Is.Zero);
    }

    [Test]
    public async Task Rows_that_came_of_feedback_or_that_somebody_labelled_anew_count_as_well()
    {
        using var model = await JudgedModel.NewAsync(perClass: 20);
        var (helper, prediction) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7());
        using var analyst = await JudgedModel.Training.ClientInRoleAsync(helper, "analyst", "train");
        using var csv = new StringContent(TinyModels.Csv(5, from: 3), System.Text.Encoding.UTF8, "text/csv");
        await analyst.PostAsync($"/v1/datasets/{model.Dataset}/labels", csv).ReadAsync();
        var set = $"(SELECT number FROM datasets WHERE id = '{model.Dataset}')";
        await JudgedModel.Training.TamperAsync($"INSERT INTO feedback_labels (prediction, caller, dataset, wanted, label, time) VALUES ('{prediction}', '{helper}', {set}, 'label', 'yes', now())");
        await JudgedModel.Training.TamperAsync($"UPDATE labels SET given_id = 'prediction:{prediction}' WHERE ctid = (SELECT ctid FROM labels WHERE dataset = {set} AND added = 1 LIMIT 1)");
        await JudgedModel.Training.TamperAsync($"UPDATE labels SET origin = 2 WHERE ctid IN (SELECT ctid FROM labels WHERE dataset = {set} AND added = 1 AND given_id IS NULL LIMIT 2)");
        var (snapshot, _) = await JudgedModel.InScopeAsync(services => services.GetRequiredService<SnapshotMaker>().EnsureAsync(model.Dataset, model.Subject, CancellationToken.None));
        var version = await model.RegisterAsync(4, 0, snapshot: snapshot.Id);

        var counts = await EraseAsync(helper);

        Assert.That((counts["models-trained-on-erased-rows"], counts["labels-and-datasets"]), Is.EqualTo((1, 10 + 1 + 2)));
        Assert.That((await model.VersionAsync(version))["erasedRows"]!.GetValue<int>(), Is.EqualTo(10 + 1 + 2));
    }

    [Test]
    public async Task A_version_that_is_registered_while_the_erasure_is_under_way_is_counted_and_shown()
    {
        using var model = await JudgedModel.NewAsync(perClass: 20);
        var helper = Guid.CreateVersion7().ToString();
        using var analyst = await JudgedModel.Training.ClientInRoleAsync(helper, "analyst", "train");
        using var csv = new StringContent(TinyModels.Csv(5, from: 3), System.Text.Encoding.UTF8, "text/csv");
        await analyst.PostAsync($"/v1/datasets/{model.Dataset}/labels", csv).ReadAsync();
        var (snapshot, _) = await JudgedModel.InScopeAsync(services => services.GetRequiredService<SnapshotMaker>().EnsureAsync(model.Dataset, model.Subject, CancellationToken.None));
        var version = "";

        var counts = await EraseAsync(helper, before: async kind => version = kind.Name == "labels-and-datasets" && version == "" ? await model.RegisterAsync(4, 0, snapshot: snapshot.Id) : version);

        Assert.That(counts["models-trained-on-erased-rows"], Is.EqualTo(1));
        Assert.That((await model.VersionAsync(version))["erasedRows"]!.GetValue<int>(), Is.EqualTo(10));
    }

    [Test]
    public async Task Versions_whose_data_set_was_deleted_are_counted_and_shown_as_well()
    {
        using var model = await JudgedModel.NewAsync(perClass: 20);
        var helper = Guid.CreateVersion7().ToString();
        using var analyst = await JudgedModel.Training.ClientInRoleAsync(helper, "analyst", "train");
        using var csv = new StringContent(TinyModels.Csv(5, from: 3), System.Text.Encoding.UTF8, "text/csv");
        await analyst.PostAsync($"/v1/datasets/{model.Dataset}/labels", csv).ReadAsync();
        var (snapshot, _) = await JudgedModel.InScopeAsync(services => services.GetRequiredService<SnapshotMaker>().EnsureAsync(model.Dataset, model.Subject, CancellationToken.None));
        var version = await model.RegisterAsync(4, 0, snapshot: snapshot.Id);
        Assert.That(await model.Http.DeleteAsync($"/v1/datasets/{model.Dataset}").StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));

        var (helpers, owners) = (await EraseAsync(helper), await EraseAsync(model.Subject));

        Assert.That((helpers["models-trained-on-erased-rows"], owners["models-trained-on-erased-rows"]), Is.EqualTo((1, 1)));
        Assert.That((await JudgedModel.Training.GetAsync($"/v1/registry/models/{model.Name}")).GetProperty("versions")[0].GetProperty("erasedRows").GetInt32(), Is.EqualTo(10 + 50), $"version {version}: the helper's, and all as the owner's");
    }

    [Test]
    public async Task Answers_to_single_rows_go_with_them_and_the_figures_stay()
    {
        using var model = await JudgedModel.NewAsync(perClass: 60);
        var helper = Guid.CreateVersion7().ToString();
        using var analyst = await JudgedModel.Training.ClientInRoleAsync(helper, "analyst", "train");
        using var csv = new StringContent(TinyModels.Csv(60, from: 3), System.Text.Encoding.UTF8, "text/csv");
        await analyst.PostAsync($"/v1/datasets/{model.Dataset}/labels", csv).ReadAsync();
        var (first, second) = (await model.RegisterAsync(4, 0), await model.RegisterAsync(5, 0));
        await model.EvaluateAsync(first);
        await model.EvaluateAsync(second);

        var counts = await EraseAsync(helper);

        Assert.That(counts["evaluation-answers"], Is.EqualTo(2));
        Assert.That((await model.VersionAsync(first))["evaluation"]!["reference"]!["accuracy"]!.GetValue<double>(), Is.EqualTo(1));
        Assert.That(await model.Http.GetAsync($"/v1/registry/models/{model.Name}/compare?a={first}&b={second}").StatusAsync(), Is.EqualTo(HttpStatusCode.Conflict));
        await model.EvaluateAsync(first);
        Assert.That(await model.PromoteAsync(first).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "on the rows that are left");
    }

    [Test]
    public async Task A_model_that_serves_the_erased_alone_is_taken_down_for_good()
    {
        using var model = await JudgedModel.NewAsync(perClass: 60);
        var version = await model.RegisterAsync(4, 0.125f, owner: model.Subject);
        await model.EvaluateAsync(version);
        await model.PromoteAsync(version).ReadAsync();
        var (before, file) = (await LiveAsync(model.Name), $"/objects/registry/{(await model.VersionAsync(version)).Text("sha256")}");
        Assert.That(await JudgementServices.Suite.Storage.Client.GetAsync(file).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));

        var counts = await EraseAsync(model.Subject);

        Assert.That(before, Does.Contain(model.Subject));
        Assert.That(counts["private-models"], Is.EqualTo(1));
        Assert.That(await LiveAsync(model.Name), Is.Empty);
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 archived"));
        Assert.That((await JudgedModel.Training.GetAsync($"/v1/registry/models/{model.Name}")).GetRawText(), Does.Not.Contain(model.Subject));
        var forced = await model.PromoteAsync(JudgedModel.Training.Admin, version, """{"force": true, "reason": "again"}""").ReadAsync(HttpStatusCode.Conflict);
        Assert.That(forced.Text("code"), Is.EqualTo("retired"));
        Assert.That(await JudgedModel.Training.Inference.GetAsync($"/internal/registry/models/{model.Name}/versions/{version}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        await JudgedModel.Training.Services.GetRequiredService<RetiredFiles>().RemoveAsync(CancellationToken.None);
        Assert.That(await JudgementServices.Suite.Storage.Client.GetAsync(file).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), "what it learned is gone with it");
    }

    private static async Task<string> LiveAsync(string model)
    {
        var live = await JudgedModel.Training.Inference.GetAsync("/internal/registry/live").ReadAsync();
        return live.AsArray().SingleOrDefault(each => each!.Text("model") == model)?.ToJsonString() ?? "";
    }

    /// <param name="before">Told of each kind of data each time its turn comes.</param>
    private static async Task<IReadOnlyDictionary<string, long>> EraseAsync(string subject, Func<IPersonalData, Task>? before = null)
    {
        var erasure = Guid.CreateVersion7();
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "erasure.done");
        await JudgedModel.InScopeAsync(async services =>
        {
            var kinds = services.GetServices<IPersonalData>().Select(kind => before is null ? kind : new Announced(kind, before));
            await ActivatorUtilities.CreateInstance<SubjectEraser<TrainingDb>>(services, kinds).EraseAsync(new ErasureRequested(erasure, subject, DateTimeOffset.UtcNow), CancellationToken.None);
            return true;
        });
        var done = await events.WaitForAsync(erasure.ToString(), 1, () => JudgedModel.Training.Log);
        return done[0].Body.GetProperty("counts").EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetInt64());
    }

    private sealed class Announced(IPersonalData data, Func<IPersonalData, Task> before) : IPersonalData
    {
        public string Name => data.Name;

        public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
        {
            await before(data);
            return await data.EraseAsync(subject, cancellation);
        }

        public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => data.ExportAsync(subject, export, cancellation);
    }
}
