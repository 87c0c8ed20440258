using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Learning;

/// <summary>The small system of labels and one model, for any registered user: post, train, test, correct, train again.</summary>
[TestFixture]
public sealed class DocumentRouteTests
{
    [Test]
    public async Task A_users_own_labels_train_a_model_that_answers_only_them_and_learns_from_its_corrections()
    {
        using var user = await Caller.RegisteredAsync();
        using var stranger = await Caller.RegisteredAsync();
        using (var early = await user.PostJsonAsync("/model/test", """{"x": 0.5, "y": 0.1}"""))
            Assert.That(early.StatusCode, Is.EqualTo(HttpStatusCode.Conflict), await early.Content.ReadAsStringAsync());

        using (var posted = await user.PostJsonAsync("/data/train", Labels(400)))
            Assert.That(posted.IsSuccessStatusCode, Is.True, await posted.Content.ReadAsStringAsync());
        var first = await TrainAsync(user);
        Assert.That(first.GetProperty("labels").GetInt32(), Is.EqualTo(400));
        Assert.That(first.GetProperty("confusion_matrix").ValueKind, Is.AnyOf(JsonValueKind.Array, JsonValueKind.Object));

        var tested = await Eventually.SeeAsync("the model answers", () => TestAsync(user, """{"x": 0.8, "y": 0.3}"""), answer => answer.TryGetProperty("prediction", out _));
        Assert.That(tested.GetProperty("prediction").GetInt32(), Is.EqualTo(1));
        Assert.That(tested.GetProperty("probability").GetDouble(), Is.InRange(0, 1));
        using (var strict = await user.PostJsonAsync("/model/test?minPrecision=1", """{"x": 0.8, "y": 0.3}"""))
            Assert.That(strict.StatusCode, Is.EqualTo(HttpStatusCode.Conflict), await strict.Content.ReadAsStringAsync());
        using (var others = await stranger.PostJsonAsync("/model/test", """{"x": 0.8, "y": 0.3}"""))
            Assert.That(others.StatusCode, Is.EqualTo(HttpStatusCode.Conflict), "they have no model of their own");

        // A correction of the answer, by its id, is a label of the next training.
        using var corrected = await user.Http.PutAsync($"/v1/predictions/{tested.Id()}/feedback", JsonContent.Create(new { label = "0" }));
        Assert.That(corrected.StatusCode, Is.EqualTo(HttpStatusCode.OK), await corrected.Content.ReadAsStringAsync());
        await Eventually.SeeAsync("one label more is trained on", () => TrainAsync(user), run => run.GetProperty("labels").GetInt32() == 401, TimeSpan.FromMinutes(2));
        using var kpis = await user.Http.GetAsync("/model/kpis");
        Assert.That((await kpis.ReadJsonAsync()).GetRawText(), Does.Contain("400").And.Contain("401"));

        using var deleted = await user.Http.DeleteAsync("/data/train");
        Assert.That(deleted.IsSuccessStatusCode, Is.True, await deleted.Content.ReadAsStringAsync());
        using var guest = Caller.Guest();
        using var refused = await guest.PostJsonAsync("/data/train", Labels(20));
        Assert.That(refused.StatusCode, Is.AnyOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden));
    }

    private static async Task<JsonElement> TrainAsync(Caller user)
    {
        using var answer = await user.PostJsonAsync("/model/train", "");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }

    private static async Task<JsonElement> TestAsync(Caller user, string row)
    {
        using var answer = await user.PostJsonAsync("/model/test", row);
        return await answer.ReadJsonAsync();
    }

    private static string Labels(int rows)
    {
        var random = new Random(5);
        var json = new StringBuilder("[");
        for (var i = 0; i < rows; i++)
        {
            var (x, y) = ((random.NextDouble() * 2) - 1, (random.NextDouble() * 2) - 1);
            var label = x + (0.3 * y) > 0 != (random.Next(20) == 0) ? 1 : 0;
            json.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"x": {{x:0.00000}}, "y": {{y:0.00000}}, "label": {{label}}}""");
        }
        return json.Append(']').ToString();
    }
}
