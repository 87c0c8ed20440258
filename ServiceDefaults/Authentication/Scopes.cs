namespace ServiceDefaults.Authentication;

/// <summary>What a token allows. Users hold the scopes of their roles; an API key holds the ones it was made with.</summary>
public static class Scopes
{
    public const string Predict = "predict";
    public const string Feedback = "feedback";
    public const string Insights = "insights";
    public const string Train = "train";
    public const string Admin = "admin";

    /// <summary>Scopes that only the suite's own services get.</summary>
    public static class Service
    {
        public const string Objects = "objects";
        public const string Registry = "registry";
        public const string Predictions = "predictions";
        public const string Exchange = "exchange";
        public const string Quotas = "quotas";
        public const string Requests = "requests";
        public const string Users = "users";
        public const string Export = "export";
        public const string Inference = "inference";

        internal static readonly IReadOnlyList<string> All = [Objects, Registry, Predictions, Exchange, Quotas, Requests, Users, Export, Inference];
    }

    /// <summary>What a caller may ask for on an API key.</summary>
    public static readonly IReadOnlyList<string> ForKeys = [Predict, Feedback, Insights, Train, Admin];
}
