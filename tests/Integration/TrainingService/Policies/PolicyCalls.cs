using System.Net;
using System.Text.Json.Nodes;
using Integration.TrainingService.Datasets;
using TestSupport;

namespace Integration.TrainingService.Policies;

/// <summary>What a data set's owner does with policies.</summary>
internal static class PolicyCalls
{
    public static Task<HttpResponseMessage> PutPolicyAsync(this DatasetCaller caller, string dataset, string policy) =>
        caller.Http.PutAsync($"{dataset}/policy", DatasetCaller.Json(policy));

    /// <summary>Waits until the policy is seen in that state.</summary>
    public static Task<JsonNode> SeePolicyAsync(this DatasetCaller caller, string dataset, string what, Predicate<JsonNode> isSo) =>
        Eventually.SeeAsync(what, () => caller.GetAsync($"{dataset}/policy"), isSo, log: () => PolicyServices.Training.Log);

    /// <summary>Rows of two classes that no other post has.</summary>
    public static Task PostRowsAsync(this DatasetCaller caller, string dataset, int count) => caller.PostCsvAsync(
        dataset, "a,b,label\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{Random.Shared.NextDouble():R},{i},{(i % 2 == 0 ? "no" : "yes")}\n"))).ReadAsync(HttpStatusCode.OK);

    public static DateTimeOffset? DueAt(this JsonNode policy) => policy["dueAt"]?.GetValue<DateTimeOffset>();

    public static long NewLabels(this JsonNode policy) => policy["newLabels"]!.GetValue<long>();
}
