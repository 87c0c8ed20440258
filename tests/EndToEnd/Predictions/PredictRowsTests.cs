using System.Net;
using NUnit.Framework;

namespace EndToEnd.Predictions;

[TestFixture]
public sealed class PredictRowsTests
{
    [Test]
    public async Task Rows_get_scores_in_their_order()
    {
        using var caller = Caller.Guest();

        var answer = await caller.PredictRowsAsync(Rows.Two);

        var items = answer.GetProperty("predictions");
        Assert.That(items.GetArrayLength(), Is.EqualTo(2));
        foreach (var item in items.EnumerateArray())
        {
            Assert.That(item.GetProperty("score").GetDouble(), Is.InRange(0, 1));
            Assert.That(item.TryGetProperty("label", out _), Is.False, "a scoring model has no label");
            Assert.That(item.GetProperty("input").GetProperty("row").GetProperty("profile_rating").GetDouble(), Is.GreaterThanOrEqualTo(0));
        }
    }

    [TestCase("""{"abuse_type": "MSG", "report_text_len": 1, "profile_rating": 1}""", "rows[0].popularity", TestName = "a missing column")]
    [TestCase("""{"abuse_type": "MSG", "report_text_len": 1, "profile_rating": 1, "popularity": 1, "extra": 1}""", "rows[0].extra", TestName = "an extra column")]
    [TestCase("""{"abuse_type": "MSG", "report_text_len": "long", "profile_rating": 1, "popularity": 1}""", "rows[0].report_text_len", TestName = "a mistyped column")]
    [TestCase("""{"abuse_type": 7, "report_text_len": 1, "profile_rating": 1, "popularity": 1}""", "rows[0].abuse_type", TestName = "a number for a category")]
    [TestCase("""{"abuse_type": "a\u0000b", "report_text_len": 1, "profile_rating": 1, "popularity": 1}""", "rows[0].abuse_type", TestName = "a NUL character")]
    [TestCase("""{"abuse_type": "\ud800", "report_text_len": 1, "profile_rating": 1, "popularity": 1}""", "rows[0]", TestName = "half a surrogate pair")]
    [TestCase("""[1, 2]""", "rows[0]", TestName = "no object")]
    public async Task A_bad_row_is_422_and_names_the_column(string row, string field)
    {
        using var caller = Caller.Guest();

        using var answer = await caller.PostJsonAsync("/v1/models/report-scorer/predict", $$"""{"rows": [{{row}}]}""");

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field, "bad-row");
    }

    [Test]
    public async Task A_number_that_no_column_could_hold_is_understood_as_the_nearest_one()
    {
        using var caller = Caller.Guest();
        var answer = await caller.PredictRowsAsync("""[{"abuse_type": "MSG", "report_text_len": 1e-20000, "profile_rating": 1, "popularity": 1}]""");
        Assert.That(answer.FirstItem().GetProperty("input").GetProperty("row").GetProperty("report_text_len").GetDouble(), Is.Zero);
    }

    [TestCase("0")]
    [TestCase("soon")]
    public async Task A_bad_deadline_is_400(string milliseconds)
    {
        using var caller = Caller.Guest();
        caller.Http.DefaultRequestHeaders.Add("X-Deadline-Ms", milliseconds);
        using var answer = await caller.PostJsonAsync("/v1/models/report-scorer/predict", $$"""{"rows": {{Rows.One}}}""");
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "X-Deadline-Ms");
    }

    [TestCase("""{"rows": []}""", "rows")]
    [TestCase("""{"lines": []}""", "rows")]
    [TestCase("""{"rows": 5}""", "rows")]
    [TestCase("""{"rows": [""", "body")]
    [TestCase("", "body")]
    public async Task A_malformed_body_is_400_and_names_the_field(string body, string field)
    {
        using var caller = Caller.Guest();

        using var answer = await caller.PostJsonAsync("/v1/models/report-scorer/predict", body);

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, field);
    }
}
